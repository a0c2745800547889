#include "model/schema.hpp"

#include "model/manifest_fields.hpp"

#include <array>

namespace r2i::schema {

namespace {

using Kind = Shape::Kind;

constexpr Shape kString{.kind = Kind::string};
constexpr Shape kNumber{.kind = Kind::number};
constexpr Shape kStrings{.kind = Kind::list, .item = &kString};
constexpr Shape kStringMap{.kind = Kind::map, .item = &kString};

// The metadata is read as Kubernetes' own type, where null is the same as nothing.
constexpr Shape kMetaString{.kind = Kind::string, .nullable = true};
constexpr Shape kMetaBoolean{.kind = Kind::boolean, .nullable = true};
constexpr Shape kMetaWhole{.kind = Kind::whole, .nullable = true};
constexpr Shape kMetaTime{.kind = Kind::time, .nullable = true};
constexpr Shape kMetaStrings{.kind = Kind::list, .item = &kMetaString, .nullable = true};
constexpr Shape kMetaStringMap{.kind = Kind::map, .item = &kMetaString, .nullable = true};
constexpr Shape kAnything{.kind = Kind::anything, .nullable = true};

constexpr std::array kOwnerFields{
    Field{"apiVersion", &kString, true},
    Field{"kind", &kString, true},
    Field{"name", &kString, true},
    Field{"uid", &kString, true},
    Field{"blockOwnerDeletion", &kMetaBoolean},
    Field{"controller", &kMetaBoolean},
};
constexpr Shape kOwner{.kind = Kind::object, .fields = kOwnerFields};
constexpr Shape kOwners{.kind = Kind::list, .item = &kOwner, .nullable = true};

constexpr std::array kMetaFields{
    Field{"annotations", &kMetaStringMap},
    Field{"creationTimestamp", &kMetaTime},
    Field{"deletionGracePeriodSeconds", &kMetaWhole},
    Field{"deletionTimestamp", &kMetaTime},
    Field{"finalizers", &kMetaStrings},
    Field{"generateName", &kMetaString},
    Field{"generation", &kMetaWhole},
    Field{"labels", &kMetaStringMap},
    Field{"managedFields", &kAnything},
    Field{"name", &kMetaString},
    Field{"namespace", &kMetaString},
    Field{"ownerReferences", &kOwners},
    Field{"resourceVersion", &kMetaString},
    Field{"selfLink", &kMetaString},
    Field{"uid", &kMetaString},
};
constexpr Shape kMeta{.kind = Kind::object, .fields = kMetaFields};

constexpr Shape kPortMap{.kind = Kind::map, .item = &kNumber};
constexpr std::array kEndpointFields{
    Field{"address", &kString}, Field{"labels", &kStringMap}, Field{"locality", &kString},
    Field{"network", &kString}, Field{"ports", &kPortMap},    Field{"serviceAccount", &kString},
    Field{"weight", &kNumber},
};
constexpr Shape kEndpoint{.kind = Kind::object, .fields = kEndpointFields};
constexpr Shape kEndpoints{.kind = Kind::list, .item = &kEndpoint};

constexpr std::array kPortFields{
    Field{"name", &kString, true},
    Field{"number", &kNumber, true},
    Field{"protocol", &kString},
    Field{"targetPort", &kNumber},
};
constexpr Shape kPort{.kind = Kind::object, .fields = kPortFields};
constexpr Shape kPorts{.kind = Kind::list, .item = &kPort};

constexpr std::array kSelectorFields{Field{"labels", &kStringMap}};
constexpr Shape kSelector{.kind = Kind::object, .fields = kSelectorFields};

constexpr Shape kLocation{.kind = Kind::choice, .choices = kLocationNames};
constexpr Shape kResolution{.kind = Kind::choice, .choices = kResolutionNames};

constexpr std::array kServiceEntryFields{
    Field{"addresses", &kStrings},     Field{"endpoints", &kEndpoints},     Field{"exportTo", &kStrings},
    Field{"hosts", &kStrings, true},   Field{"location", &kLocation},       Field{"ports", &kPorts},
    Field{"resolution", &kResolution}, Field{"subjectAltNames", &kStrings}, Field{"workloadSelector", &kSelector},
};
constexpr Shape kServiceEntrySpec{.kind = Kind::object, .fields = kServiceEntryFields};

constexpr Shape kWholeOrString{.kind = Kind::whole_or_string};
constexpr std::array kConditionFields{
    Field{"lastProbeTime", &kString}, Field{"lastTransitionTime", &kString},
    Field{"message", &kString},       Field{"observedGeneration", &kWholeOrString},
    Field{"reason", &kString},        Field{"status", &kString},
    Field{"type", &kString},
};
constexpr Shape kCondition{.kind = Kind::object, .fields = kConditionFields};
constexpr Shape kConditions{.kind = Kind::list, .item = &kCondition};

constexpr std::array kMessageTypeFields{Field{"code", &kString}, Field{"name", &kString}};
constexpr Shape kMessageType{.kind = Kind::object, .fields = kMessageTypeFields};
constexpr std::array kMessageFields{Field{"documentationUrl", &kString}, Field{"level", &kString},
                                    Field{"type", &kMessageType}};
constexpr Shape kMessage{.kind = Kind::object, .fields = kMessageFields};
constexpr Shape kMessages{.kind = Kind::list, .item = &kMessage};

constexpr std::array kStatusFields{
    Field{"conditions", &kConditions},
    Field{"observedGeneration", &kWholeOrString},
    Field{"validationMessages", &kMessages},
};
constexpr Shape kStatus{.kind = Kind::object, .fields = kStatusFields, .open = true};

constexpr std::array kServiceEntryRoot{
    Field{"apiVersion", &kString, true},     Field{"kind", &kString, true}, Field{"metadata", &kMeta, true},
    Field{"spec", &kServiceEntrySpec, true}, Field{"status", &kStatus},
};
constexpr std::array kWorkloadEntryRoot{
    Field{"apiVersion", &kString, true}, Field{"kind", &kString, true}, Field{"metadata", &kMeta, true},
    Field{"spec", &kEndpoint, true},     Field{"status", &kStatus},
};
constexpr Shape kServiceEntry{.kind = Kind::object, .fields = kServiceEntryRoot};
constexpr Shape kWorkloadEntry{.kind = Kind::object, .fields = kWorkloadEntryRoot};

}  // namespace

const Shape& service_entry() {
  return kServiceEntry;
}

const Shape& workload_entry() {
  return kWorkloadEntry;
}

}  // namespace r2i::schema

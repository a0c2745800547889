#include "sources/key_layout_presets.hpp"

namespace r2i::sources {

namespace {

/// go.etcd.io/etcd/client/v3/naming/endpoints: TARGET/ANY → {"Op":0,"Addr":"10.0.0.1:80","Metadata":…}; Op 1 takes an
/// address away.
constexpr std::array<LayoutRow, 4> kGrpc = {
    {{"key", "{service:**}/{id}"}, {"addressFrom", "Addr"}, {"disabledFrom", "Op"}, {"metadataFrom", "Metadata"}}};

/// SkyDNS, which CoreDNS (plugin etcd) and ExternalDNS keep to: the domain reversed, and a last label that tells
/// records apart. A record without host is a text.
constexpr std::array<LayoutRow, 5> kSkyDns = {{{"key", "{service:reversed}/{id}"},
                                               {"addressFrom", "host"},
                                               {"portFrom", "port"},
                                               {"weightFrom", "weight"},
                                               {"metadataFrom", "priority=priority,group=group,text=text"}}};

/// go-zero (core/discov): KEY/LEASE → 10.0.0.1:80, no JSON.
constexpr std::array<LayoutRow, 2> kGoZero = {{{"key", "{service:**}/{id}"}, {"addressFrom", "$"}}};

/// Kratos (contrib/registry/etcd).
constexpr std::array<LayoutRow, 4> kKratos = {{{"key", "{service:**}/{id}"},
                                               {"idFrom", "id"},
                                               {"addressFrom", "endpoints"},
                                               {"metadataFrom", "metadata,version=version"}}};

/// go-micro (registry/etcd): the key has the service's name with - for /, the value as it is.
constexpr std::array<LayoutRow, 6> kGoMicro = {{{"key", "*/*"},
                                                {"serviceFrom", "name"},
                                                {"instancesFrom", "nodes"},
                                                {"idFrom", "id"},
                                                {"addressFrom", "address"},
                                                {"metadataFrom", "$.metadata,metadata,version=$.version"}}};

/// Dubbo, interface by interface: the key has all, as an encoded URL. A version and a group make another service.
constexpr std::array<LayoutRow, 7> kDubbo = {{{"key", "{interface}/providers/{url}"},
                                              {"serviceFrom", "{interface},{url}?version,{url}?group"},
                                              {"addressFrom", "{url}"},
                                              {"weightFrom", "{url}?weight"},
                                              {"enabledFrom", "{url}?enabled"},
                                              {"disabledFrom", "{url}?disabled"},
                                              {"metadataFrom", "{url}?"}}};

constexpr std::array<LayoutPreset, 7> kPresets = {{{"dubbo", "/dubbo", kDubbo},
                                                   {"go-micro", "/micro/registry", kGoMicro},
                                                   {"go-zero", "", kGoZero},
                                                   {"grpc", "", kGrpc},
                                                   {"kratos", "/microservices", kKratos},
                                                   {"skydns", "/skydns", kSkyDns, true, true},
                                                   {"template", "", {}}}};

}  // namespace

std::span<const LayoutPreset> layout_presets() {
  return kPresets;
}

}  // namespace r2i::sources

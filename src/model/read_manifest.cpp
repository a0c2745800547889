#include "model/read_manifest.hpp"

#include "base/text.hpp"
#include "model/manifest_fields.hpp"
#include "model/remembered.hpp"
#include "model/shared_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace r2i {

namespace {

/// Of a key that nobody knows. False: it was not read.
bool refuse_unknown(DocumentReader& reader, UnknownFields unknown) {
  if (unknown == UnknownFields::found) reader.find(reader.cursor().offset(), "unknown key");
  return false;
}

/// Reads the one field that is called `wanted_`; visit_…() offers it all of an object's fields.
class FieldReader {
 public:
  FieldReader(DocumentReader& reader, std::string_view wanted, UnknownFields unknown)
      : reader_(reader), wanted_(wanted), unknown_(unknown) {}

  [[nodiscard]] bool matched() const { return matched_; }

  template <typename T>
  void field(std::string_view name, T& member) {
    if (matched_ || name != wanted_) return;
    matched_ = true;
    take(member);
  }

 private:
  // Apart from field(), which is to be small: it is asked for each field of an object once for each key.
  template <typename T>
  [[gnu::noinline]] void take(T& member) {
    if (reader_.cursor().type() == JsonCursor::Type::null) {
      reader_.cursor().skip();
    } else {
      read(member);
    }
  }

  /// What the endpoints of a list have alike.
  struct Common {
    Remembered<SharedPairs> labels;
    SharedTexts texts;
  };

  void read(std::string& out) { reader_.read(out); }
  void read(std::vector<std::string>& out) { reader_.read(out); }
  void read(Pairs& out) { reader_.read(out); }
  void read(SharedPairs& out) {
    const auto read_all = [&] {
      Pairs pairs;
      reader_.read(pairs);
      return SharedPairs(std::move(pairs));
    };
    out = common_ != nullptr ? common_->labels.read(reader_, read_all) : read_all();
  }
  void read(SharedText& out) {
    std::string_view text;
    reader_.read(text);
    out = common_ != nullptr ? common_->texts.share(text) : SharedText(std::string(text));
  }
  void read(std::uint32_t& out) {
    std::int64_t value = 0;
    reader_.read(value);
    if (value < 0 || value > std::numeric_limits<std::uint32_t>::max()) {
      reader_.find(reader_.cursor().offset(), "expected a number from 0 to 4294967295");
      return;
    }
    out = static_cast<std::uint32_t>(value);
  }
  void read(PortMap& out) {
    out.clear();
    reader_.object({}, [&](std::string_view key) {
      read(out.emplace_back(key, 0).second);
      return true;
    });
  }
  void read(Location& out) { read_enum(out, kLocationNames); }
  void read(Resolution& out) { read_enum(out, kResolutionNames); }
  void read(std::vector<Endpoint>& out) {
    constexpr std::size_t kUsual = 16;
    out.clear();
    out.reserve(kUsual);
    Common common;
    reader_.list([&] {
      Endpoint& endpoint = out.emplace_back();
      read_object([&](FieldReader& field) {
        field.common_ = &common;
        visit_endpoint(field, endpoint);
      });
    });
  }
  void read(std::vector<ServicePort>& out) {
    out.clear();
    reader_.list([&] { read(out.emplace_back()); });
  }
  void read(ServicePort& out) {
    read_object([&](FieldReader& field) { visit_port(field, out); });
  }
  void read(WorkloadSelector& out) {
    read_object([&](FieldReader& field) { visit_selector(field, out); });
  }

  template <typename Enum, std::size_t N>
  void read_enum(Enum& out, const std::array<std::string_view, N>& names) {
    std::string text;
    reader_.read(text);
    const auto found = std::ranges::find(names, text);
    if (found != names.end()) {
      out = static_cast<Enum>(found - names.begin());
    } else if (!text.empty()) {
      reader_.find(reader_.cursor().offset(), fmt::format("unknown value {}", in_quotes(text)));
    }
  }

  template <typename Visit>
  void read_object(Visit visit) {
    reader_.object({}, [&](std::string_view key) {
      FieldReader field(reader_, key, unknown_);
      visit(field);
      return field.matched() || refuse_unknown(reader_, unknown_);
    });
  }

  DocumentReader& reader_;
  std::string_view wanted_;
  UnknownFields unknown_;
  Common* common_ = nullptr;
  bool matched_ = false;
};

/// What an object may hold before its kind is known: both kinds' specs are read along.
struct Parts {
  std::string api_version;
  std::string kind;
  ServiceEntry service_entry;
  Endpoint endpoint;
};

// The two specs share one name, `ports`: a list in one, a map in the other. So the kind need not come first.
void read_spec(DocumentReader& reader, Parts& parts, UnknownFields unknown) {
  reader.object({}, [&](std::string_view key) {
    FieldReader field(reader, key, unknown);
    const bool port_map = key == "ports" && reader.cursor().type() == JsonCursor::Type::object;
    if (!port_map) visit_service_entry(field, parts.service_entry);
    visit_endpoint(field, parts.endpoint);
    return field.matched() || refuse_unknown(reader, unknown);
  });
}

}  // namespace

std::optional<ReadManifest> read_manifest(DocumentReader& reader, const std::function<bool(std::string_view)>& on_meta,
                                          UnknownFields unknown) {
  Parts parts;
  const std::size_t start = reader.cursor().offset();
  reader.object({}, [&](std::string_view key) {
    if (key == "apiVersion") {
      reader.read(parts.api_version);
    } else if (key == "kind") {
      reader.read(parts.kind);
    } else if (key == "metadata") {
      reader.object({}, [&](std::string_view field_name) {
        FieldReader field(reader, field_name, unknown);
        visit_meta(field, parts.service_entry.meta);
        return field.matched() || (on_meta && on_meta(field_name)) || refuse_unknown(reader, unknown);
      });
    } else if (key == "spec") {
      read_spec(reader, parts, unknown);
    } else {
      return refuse_unknown(reader, unknown);
    }
    return true;
  });
  constexpr std::string_view kGroup = "networking.istio.io/";
  const bool ours = parts.api_version.starts_with(kGroup);
  const std::string version = ours ? parts.api_version.substr(kGroup.size()) : std::string();
  if (ours && parts.kind == "ServiceEntry") return ReadManifest{std::move(parts.service_entry), version};
  if (ours && parts.kind == "WorkloadEntry") {
    return ReadManifest{WorkloadEntry{std::move(parts.service_entry.meta), std::move(parts.endpoint)}, version};
  }
  if (!reader.cursor().fault()) reader.find(start, "expected a ServiceEntry or a WorkloadEntry of networking.istio.io");
  return std::nullopt;
}

}  // namespace r2i

#include "model/clashes.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace r2i {

namespace {

/// The namespaces that see an object.
struct Audience {
  bool all = false;
  std::set<std::string_view> namespaces;

  explicit Audience(const JudgedObject& object) : all(object.export_to.empty()) {
    for (const std::string& value : object.export_to) {
      if (value == "*") all = true;
      if (value != "*" && value != "~") namespaces.insert(value == "." ? object.key.nspace : value);
    }
  }
  [[nodiscard]] bool is_empty() const { return !all && namespaces.empty(); }
};

bool overlap(const Audience& a, const Audience& b) {
  if (a.is_empty() || b.is_empty()) return false;
  if (a.all || b.all) return true;
  return std::ranges::any_of(a.namespaces, [&](std::string_view name) { return b.namespaces.contains(name); });
}

std::string place_of(const PlacedObject& placed) {
  return fmt::format("{}:{}", placed.file, placed.object.place.line);
}

class ClashFinder {
 public:
  explicit ClashFinder(std::span<const PlacedObject> objects) : objects_(objects) {
    for (const PlacedObject& placed : objects) audiences_.emplace_back(placed.object);
  }

  std::vector<Clash> find() {
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      find_namesake(i);
      for (const std::string& host : objects_[i].object.hosts) find_twin(i, host);
    }
    return std::move(clashes_);
  }

 private:
  void find_namesake(std::size_t index) {
    const ObjectKey& key = objects_[index].object.key;
    if (key.name.empty()) return;
    const auto [first, is_new] = names_.emplace(key, index);
    if (is_new) return;
    tell(index, fmt::format("is also in {}: whichever is applied last overwrites the other; remove one",
                            place_of(objects_[first->second])));
  }

  void find_twin(std::size_t index, const std::string& host) {
    std::vector<std::size_t>& holders = hosts_[to_lower(host.ends_with('.') ? host.substr(0, host.size() - 1) : host)];
    const std::string& nspace = objects_[index].object.key.nspace;
    // An object may be there before: it has the host twice, or the object of the same name has it.
    const auto twin = std::ranges::find_if(holders, [&](std::size_t other) {
      const ObjectKey& key = objects_[other].object.key;
      return other == index || (key != objects_[index].object.key &&
                                (key.nspace == nspace || overlap(audiences_[other], audiences_[index])));
    });
    if (twin == holders.end()) {
      holders.push_back(index);
    } else if (*twin == index) {
      tell(index, fmt::format("the host {} is there twice: remove one", in_quotes(host)));
    } else {
      const PlacedObject& other = objects_[*twin];
      tell(index, fmt::format("the host {} is also in {} ({}): Istio serves one of them, the older one or that of the "
                              "proxy's own namespace; join them, or let exportTo part them",
                              in_quotes(host), other.object.key.display(), place_of(other)));
    }
  }

  void tell(std::size_t index, const std::string& what) {
    const ObjectKey& key = objects_[index].object.key;
    clashes_.push_back({index, fmt::format("{}: {}", clean_text(key.display()), what)});
  }

  std::span<const PlacedObject> objects_;
  std::vector<Audience> audiences_;
  std::map<ObjectKey, std::size_t> names_;
  std::map<std::string, std::vector<std::size_t>> hosts_;
  std::vector<Clash> clashes_;
};

}  // namespace

std::vector<Clash> find_clashes(std::span<const PlacedObject> objects) {
  return ClashFinder(objects).find();
}

}  // namespace r2i

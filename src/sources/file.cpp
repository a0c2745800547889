#include "sources/file.hpp"

#include "base/files.hpp"
#include "sources/snapshot_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources::file {

namespace {

class FileSource : public Source {
 public:
  FileSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : spec_(spec),
        environment_(environment),
        values_(spec_, environment_),
        names_(spec.names, fetch.names),
        path_(spec.addresses.front()) {}

  std::vector<SourceState> fetch(Context& context, ServiceSink& services) override {
    Expectations expectations(values_, services);
    SnapshotSink wanted(names_, context.diagnostics, expectations);
    SnapshotTexts texts(spec_, context, wanted);
    for (const std::string& path : paths(texts)) {
      context.check_interrupt();
      const std::string shown = path == "-" ? "standard input" : path;
      auto text = read_file(path, context.stop);
      context.check_interrupt();
      if (text) {
        texts.read(*std::move(text), shown);
      } else {
        texts.fail(shown, fmt::format("cannot be read: {}", text.error()), "Check the path.");
      }
    }
    expectations.judge(texts.states(), context.diagnostics);
    return std::move(texts.states());
  }

 private:
  std::vector<std::string> paths(SnapshotTexts& texts) {
    if (path_ == "-" || !is_directory(path_)) return {path_};
    auto found = list_files(path_, ".json");
    if (found && !found->empty()) return std::move(*found);
    texts.fail(path_, found ? "there is no *.json file in the directory" : found.error(), "Check the path.");
    return {};
  }

  SourceSpec spec_;
  Environment environment_;
  Values values_;
  NameFilter names_;
  std::string path_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  if (spec.addresses.size() != 1) {
    throw Error(ErrorKind::usage, fmt::format("{}: expected file=PATH, file=DIRECTORY or file=-", spec.text));
  }
  return std::make_unique<FileSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::file

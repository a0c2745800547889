#pragma once

#include "base/output.hpp"
#include "plan/plan.hpp"

#include <cstddef>
#include <string>

namespace r2i::plan {

struct RenderOptions {
  bool color = false;
  bool full = false;               ///< every line of a long list
  std::string api_version = "v1";  ///< of the objects, where they are shown whole
  /// Of a Markdown text, in bytes: what GitHub takes as a comment. A last line tells how much was cut.
  std::size_t markdown_limit = 65'536;
};

/// "3 to create, 1 to update, 2 to delete, 941 unchanged; 1 refused; 3 more would be deleted with --prune".
std::string counts_line(const Plan& plan);

/// For people: each change with what changes in it, what is held and why, the counts. Sorted by object.
void render_text(Output& out, const Plan& plan, const RenderOptions& options);

/// Of render_text() only what is not going to be done, and why: what a run that writes says beforehand.
void render_held(Output& out, const Plan& plan, const RenderOptions& options);

/// As `diff -u` prints it, of the YAML of each object before and after: for patch(1), delta and the like.
void render_unified(Output& out, const Plan& plan, const RenderOptions& options);

/// For a comment on a pull request. Nothing of a registry's text is read as Markdown, HTML, a link or a mention.
void render_markdown(Output& out, const Plan& plan, const RenderOptions& options);

/// The objects that would change, as `kubectl -o name` names them: `serviceentry.networking.istio.io/web`.
void render_names(Output& out, const Plan& plan);

}  // namespace r2i::plan

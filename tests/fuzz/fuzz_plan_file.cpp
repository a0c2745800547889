// Any bytes as a plan file: reading ends, and what is read without a fault but for its checksum is written, read back
// as the same plan, and rendered.
#include "base/output.hpp"
#include "plan/plan_file.hpp"
#include "plan/render.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

bool is_about_checksum(const r2i::Finding& finding) {
  return finding.message.starts_with("the checksum does not fit");
}

void render(const r2i::plan::Plan& plan) {
  r2i::plan::RenderOptions options;
  options.full = plan.changes.size() % 2 == 1;
  r2i::StringOutput out;
  r2i::plan::render_text(out, plan, options);
  r2i::plan::render_unified(out, plan, options);
  r2i::plan::render_names(out, plan);
  if (out.text().find('\x1b') != std::string::npos) std::abort();
  options.markdown_limit = 5000;
  r2i::StringOutput markdown;
  r2i::plan::render_markdown(markdown, plan, options);
  if (markdown.text().size() > options.markdown_limit) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  const r2i::plan::PlanFile file = r2i::plan::read_plan(text);
  for (const r2i::Finding& finding : file.findings) {
    if (!is_about_checksum(finding)) return 0;
  }
  r2i::StringOutput out;
  r2i::plan::write_plan(out, file.plan, file.target);
  std::string again = out.text();
  const r2i::plan::PlanFile copy = r2i::plan::read_plan(again);
  if (!copy.findings.empty() || copy.plan != file.plan || copy.target != file.target) std::abort();
  render(file.plan);
  return 0;
}

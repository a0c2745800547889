#include "plan/render.hpp"
#include "support/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::plan {
namespace {

using testing::a_plan;
using testing::an_endpoint;
using testing::an_entry;
using testing::creation;
using testing::deletion;
using testing::update;

std::string rendered(const Plan& plan, const RenderOptions& options = {}) {
  StringOutput out;
  render_markdown(out, plan, options);
  return out.text();
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST_CASE("a comment for a pull request") {
  const ServiceEntry before = an_entry("web", {an_endpoint("10.0.0.3"), an_endpoint("10.0.0.4", "", 5)});
  const ServiceEntry after = an_entry("web", {an_endpoint("10.0.0.4", "", 10)});
  Plan plan = a_plan(
      {update(before, after), creation(an_entry("cart", {an_endpoint("10.0.0.1")})), deletion(an_entry("legacy", {}))});
  plan.unchanged = 941;
  plan.held = {{Held::By::conflict, update(before, after), "kubectl-edit owns .spec.endpoints", "--force-conflicts"}};
  plan.prunable = {{"mesh", "ServiceEntry", "old"}};
  CHECK(
      rendered(plan) ==
      R"(### registry2istio: 1 to create, 1 to update, 1 to delete, 941 unchanged; 1 refused; 1 more would be deleted with --prune

| | objects |
|---|---:|
| create | 1 |
| update | 1 |
| delete | 1 |
| refused | 1 |
| would be deleted with `--prune` | 1 |
| unchanged | 941 |

#### To look at (1)

- `ServiceEntry mesh/web   not updated: kubectl-edit owns .spec.endpoints (to let it pass: --force-conflicts)`

#### To delete (1)

<details><summary>1 object</summary>

- `ServiceEntry mesh/legacy   1 port, no endpoints`

</details>

#### To update (1)

<details><summary><code>ServiceEntry mesh/web   endpoints -1 ~1</code></summary>

```diff
- endpoint 10.0.0.3:8080
! endpoint 10.0.0.4:8080  weight 5 → 10
```

</details>

#### To create (1)

<details><summary>1 object</summary>

- `ServiceEntry mesh/cart   1 port, 1 endpoint`

</details>

#### Would be deleted with `--prune` (1)

<details><summary>1 object</summary>

- `ServiceEntry mesh/old`

</details>
)");
}

TEST_CASE("a plan without changes") {
  CHECK(rendered(a_plan({})) == "### registry2istio: no changes\n\n| | objects |\n|---|---:|\n");
}

/// What is left of Markdown when code spans, fences and <code> are taken out: none of it may come from a registry.
std::string outside_of_code(const std::string& text) {
  std::string rest;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view here = std::string_view(text).substr(i);
    std::size_t end = std::string_view::npos;
    std::size_t length = 0;
    if (here.starts_with("<code>")) {
      end = here.find("</code>");
      length = std::string_view("</code>").size();
    } else if (here.starts_with("```diff\n")) {
      end = here.find("\n```\n");
      length = std::string_view("\n```\n").size();
    } else if (here.starts_with('`')) {
      const std::size_t run = std::min(here.find_first_not_of('`'), here.size());
      // A closing run has the same length as the opening one, neither more nor less.
      for (end = run; end < here.size();) {
        const std::size_t from = here.find('`', end);
        REQUIRE((from != std::string_view::npos));
        const std::size_t to = std::min(here.find_first_not_of('`', from), here.size());
        end = from;
        if (to - from == run) break;
        end = to;
      }
      length = run;
    }
    if (length == 0) {
      rest += text[i++];
      continue;
    }
    REQUIRE((end != std::string_view::npos));
    i += end + length;
  }
  return rest;
}

TEST_CASE("nothing of a registry is read as Markdown, HTML, a link or a mention") {
  const std::vector<std::string> texts = {
      "</code></summary><script>alert(1)</script>",
      "`` `code` ``` @evil-team",
      "`evil`",
      "evil`",
      "```\n\n# evil\n@evil",
      "[evil](https://evil.example) ![x](http://evil.example/x.png) #1 @evil",
      "evil | evil |\n|---|",
      "a\n\n</details>\n<b>evil",
      "&lt;evil&gt; \\` evil",
  };
  for (const std::string& evil : texts) {
    CAPTURE(evil);
    ServiceEntry before = an_entry(evil, {an_endpoint(evil)});
    ServiceEntry after = before;
    after.endpoints[0].locality = evil;
    after.hosts = {"x" + evil};
    after.meta.annotations = {{evil, evil}};
    Change change = update(before, after);
    change.note = evil;
    Plan plan = a_plan({change, creation(after), deletion(before), update(before, before)});
    plan.held = {{Held::By::conflict, change, evil, evil}, {Held::By::max_delete, change, evil, evil}};
    plan.prunable = {change.key};
    plan.left_alone = {change.key};
    plan.twins = {{{"a", "ServiceEntry", evil}, {"a", "ServiceEntry", evil}, evil}};
    const std::string text = rendered(plan);
    const std::string rest = outside_of_code(text);
    CHECK(rest.find("evil") == std::string::npos);
    CHECK(rest.find('@') == std::string::npos);
    CHECK(count_of(rest, "<details>") == count_of(rest, "</details>"));
    // In HTML nothing is literal by itself.
    for (auto at = text.find("<code>"); at != std::string::npos; at = text.find("<code>", at + 1)) {
      const std::string html = text.substr(at + 6, text.find("</code>", at) - at - 6);
      CHECK(html.find_first_of("<>\n") == std::string::npos);
    }
  }
}

TEST_CASE("the text is cut at whole objects, and says how many are missing") {
  std::vector<Change> changes;
  for (int i = 0; i < 40; ++i) {
    changes.push_back(creation(an_entry(fmt::format("new-{}", i), {})));
    const std::string name = fmt::format("web-{}", i);
    changes.push_back(update(an_entry(name, {an_endpoint("10.0.0.1")}), an_entry(name, {an_endpoint("10.0.0.2")})));
  }
  const Plan plan = a_plan(std::move(changes));
  const std::string whole = rendered(plan);
  CHECK(whole.find("…") == std::string::npos);
  for (std::size_t limit = 400; limit < whole.size() + 200; limit += 97) {
    CAPTURE(limit);
    RenderOptions options;
    options.markdown_limit = limit;
    const std::string text = rendered(plan, options);
    CHECK(text.size() <= limit);
    CHECK(count_of(text, "<details>") == count_of(text, "</details>"));
    CHECK(count_of(text, "```") % 2 == 0);
    const std::size_t shown = count_of(text, "<code>ServiceEntry") + count_of(text, "- `ServiceEntry");
    if (shown < 80) {
      CHECK(text.ends_with(fmt::format("\n… and {} more, which would make this text too long.\n", 80 - shown)));
    } else {
      CHECK(text == whole);
    }
  }
}

TEST_CASE("the default limit is what a comment may have") {
  std::vector<Change> changes;
  for (int i = 0; i < 3000; ++i) changes.push_back(creation(an_entry(fmt::format("new-{}", i), {})));
  const std::string text = rendered(a_plan(std::move(changes)));
  CHECK(text.size() <= 65'536);
  CHECK(text.size() > 65'000);
}

}  // namespace
}  // namespace r2i::plan

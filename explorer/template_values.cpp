#include "explorer/template_values.h"

#include <algorithm>
#include <cstring>
#include <ranges>

namespace centime::explorer {
namespace {

using ctemplate::TemplateString;

// What ctemplate calls a template as a whole.
constexpr std::string_view main_section = "__{{MAIN}}__";

// Most sections have a handful.
constexpr std::size_t first_values = 8;

std::string_view text_of(const TemplateString& name) { return {name.data(), name.size()}; }

// The last of that name; null if there is none.
template <typename Rows>
auto find_row(Rows& rows, std::string_view name) -> decltype(rows.data()) {
  for (auto& row : rows | std::views::reverse)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace

// Owned by ctemplate while it goes through the turns of a section.
class TemplateValues::Walk final : public Iterator {
 public:
  explicit Walk(const Turns* turns) : turns_(turns) {}
  bool HasNext() const override { return turns_ != nullptr && next_ < turns_->all.size(); }
  const TemplateDictionaryInterface& Next() override { return *turns_->all[next_++].values; }

 private:
  const Turns* turns_;
  std::size_t next_ = 0;
};

TemplateValues::TemplateValues(std::pmr::memory_resource& memory, const TemplateValues& root,
                               const TemplateValues* parent)
    : memory_(&memory),
      root_(&root),
      parent_(parent),
      values_(&memory),
      sections_(&memory),
      included_(&memory),
      values_everywhere_(&memory),
      sections_everywhere_(&memory) {}

// Never destroyed by itself: all it holds is in the page's memory.
TemplateValues& TemplateValues::make(const TemplateValues* parent) {
  void* place = memory_->allocate(sizeof(TemplateValues), alignof(TemplateValues));
  return *new (place) TemplateValues(*memory_, *root_, parent);
}

// With a NUL behind it, which is not part of it.
std::string_view TemplateValues::copy(std::string_view text) {
  auto* bytes = static_cast<char*>(memory_->allocate(text.size() + 1, 1));
  std::ranges::copy(text, bytes);
  bytes[text.size()] = '\0';
  return {bytes, text.size()};
}

TemplateValues::Turns& TemplateValues::turns_of(Rows<Turns>& rows, std::string_view name) {
  if (auto* known = find_row(rows, name)) return *known;
  return rows.emplace_back(name, std::pmr::vector<Turn>(memory_));
}

void TemplateValues::set(std::string_view name, std::string_view value) {
  if (values_.empty()) values_.reserve(first_values);
  values_.push_back({name, copy(value)});
}

TemplateValues& TemplateValues::add_section(std::string_view name) {
  auto& added = make(this);
  turns_of(sections_, name).all.push_back({&added, nullptr});
  return added;
}

void TemplateValues::show_section(std::string_view name) {
  if (find_row(sections_, name) == nullptr) add_section(name);
}

TemplateValues& TemplateValues::include(std::string_view name, std::string_view file) {
  auto& added = make(nullptr);
  turns_of(included_, name).all.push_back({&added, copy(file).data()});
  return added;
}

void TemplateValues::set_everywhere(std::string_view name, std::string_view value) {
  values_everywhere_.push_back({name, copy(value)});
}

void TemplateValues::show_everywhere(std::string_view name) {
  turns_of(sections_everywhere_, name);
}

const TemplateValues::Turns* TemplateValues::find_section(std::string_view name) const {
  for (const auto* at = this; at != nullptr; at = at->parent_)
    if (const auto* found = find_row(at->sections_, name)) return found;
  return find_row(root_->sections_everywhere_, name);
}

const TemplateValues::Turns* TemplateValues::find_included(std::string_view name) const {
  for (const auto* at = this; at != nullptr; at = at->parent_)
    if (const auto* found = find_row(at->included_, name)) return found;
  return nullptr;
}

TemplateString TemplateValues::GetValue(const TemplateString& variable) const {
  const auto name = text_of(variable);
  for (const auto* at = this; at != nullptr; at = at->parent_)
    if (const auto* found = find_row(at->values_, name))
      return {found->value.data(), found->value.size()};
  if (const auto* found = find_row(root_->values_everywhere_, name))
    return {found->value.data(), found->value.size()};
  return {"", 0};
}

bool TemplateValues::IsHiddenSection(const TemplateString& name) const {
  return !IsUnhiddenSection(name);
}

bool TemplateValues::IsUnhiddenSection(const TemplateString& name) const {
  const auto wanted = text_of(name);
  return wanted == main_section || find_section(wanted) != nullptr;
}

bool TemplateValues::IsHiddenTemplate(const TemplateString& name) const {
  return find_included(text_of(name)) == nullptr;
}

const char* TemplateValues::GetIncludeTemplateName(const TemplateString& name, int turn) const {
  return find_included(text_of(name))->all[static_cast<std::size_t>(turn)].file;
}

TemplateValues::Iterator* TemplateValues::CreateTemplateIterator(const TemplateString& name) const {
  return new Walk(find_included(text_of(name)));
}

// Without a turn the section is shown with the values around it.
TemplateValues::Iterator* TemplateValues::CreateSectionIterator(const TemplateString& name) const {
  return new Walk(find_section(text_of(name)));
}

}  // namespace centime::explorer

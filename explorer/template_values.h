// The values that the templates of one page are filled with.
//
// In the place of ctemplate's own dictionary, which keeps each name in one map of the whole
// process, under a lock that every value of every page takes. Values are copied into the page's
// memory and go with it, all at once; names stay where they are, and must: they are literals. One
// thread; knows nothing of what a page is.
#pragma once

#include <ctemplate/template_dictionary_interface.h>

#include <memory_resource>
#include <string_view>
#include <vector>

namespace centime::explorer {

class TemplateValues final : public ctemplate::TemplateDictionaryInterface {
 public:
  // Of the outermost template. The memory must outlive it and all that it gives.
  explicit TemplateValues(std::pmr::memory_resource& memory) : TemplateValues(memory, *this) {}

  // What is set is seen in the template's sections too, but in no template that it includes.
  void set(std::string_view name, std::string_view value);
  TemplateValues& add_section(std::string_view name);  // Once more, with values of its own.
  void show_section(std::string_view name);            // Once, if it is not shown yet.
  // The template `file` where this one has {{>NAME}}, once more.
  TemplateValues& include(std::string_view name, std::string_view file);

  // Seen by the included ones as well. Requires the outermost.
  void set_everywhere(std::string_view name, std::string_view value);
  void show_everywhere(std::string_view name);

 protected:
  // ctemplate's questions while it fills a template.
  ctemplate::TemplateString GetValue(const ctemplate::TemplateString& variable) const override;
  bool IsHiddenSection(const ctemplate::TemplateString& name) const override;
  bool IsUnhiddenSection(const ctemplate::TemplateString& name) const override;
  bool IsHiddenTemplate(const ctemplate::TemplateString& name) const override;
  const char* GetIncludeTemplateName(const ctemplate::TemplateString& name,
                                     int turn) const override;
  Iterator* CreateTemplateIterator(const ctemplate::TemplateString& name) const override;
  Iterator* CreateSectionIterator(const ctemplate::TemplateString& name) const override;
  void DumpToString(std::string*, int) const override {}

 private:
  struct Value {
    std::string_view name, value;
  };
  struct Turn {
    const TemplateValues* values;
    const char* file;  // Of an included template.
  };
  struct Turns {
    std::string_view name;
    std::pmr::vector<Turn> all;
  };
  template <typename T>
  using Rows = std::pmr::vector<T>;  // Few: looked through from end to end.
  class Walk;

  TemplateValues(std::pmr::memory_resource& memory, const TemplateValues& root,
                 const TemplateValues* parent = nullptr);

  TemplateValues& make(const TemplateValues* parent);
  std::string_view copy(std::string_view text);
  Turns& turns_of(Rows<Turns>& rows, std::string_view name);
  const Turns* find_section(std::string_view name) const;
  const Turns* find_included(std::string_view name) const;

  std::pmr::memory_resource* memory_;
  const TemplateValues* root_;
  const TemplateValues* parent_;  // Whose values are seen here.
  Rows<Value> values_;
  Rows<Turns> sections_;
  Rows<Turns> included_;
  Rows<Value> values_everywhere_;  // Of the root.
  Rows<Turns> sections_everywhere_;
};

}  // namespace centime::explorer

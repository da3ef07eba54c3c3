#include "node/program/verify_report.h"

#include <fmt/format.h>

#include "node/proof/verify.h"

namespace centime::program {

std::unexpected<Failure> failed_step(std::string_view step, std::string_view word,
                                     std::string_view detail) {
  Failure failure{std::string(word), std::string(detail)};
  failure.more["step"] = step;
  return std::unexpected(std::move(failure));
}

std::string step_of(const Failure& failure) {
  const auto* step = failure.more.if_contains("step");
  return step ? std::string(step->as_string()) : "";
}

bool newer_policy_may_be_why(const Failure& failure) {
  return step_of(failure) == crypto::word_of(proof::VerifyStep::checkpoint);
}

Failure not_verified(Failure failure) {
  failure.detail =
      fmt::format("NOT VERIFIED: step {} failed: {}", step_of(failure), failure.detail);
  if (newer_policy_may_be_why(failure)) failure.detail += fmt::format(".\n{}", newer_policy);
  return failure;
}

void add_sentences(Report& report, std::string_view heading, std::string_view name,
                   const std::vector<std::string>& sentences) {
  boost::json::array list;
  report.text += fmt::format("\n{}\n", heading);
  for (const std::string& sentence : sentences) {
    report.text += fmt::format("- {}\n", sentence);
    list.emplace_back(sentence);
  }
  report.json[name] = std::move(list);
}

void add_steps(Report& report, const std::vector<std::string_view>& steps) {
  boost::json::array list;
  report.text += "\nSteps checked:";
  for (const std::string_view step : steps) {
    report.text += fmt::format(" {}", step);
    list.emplace_back(step);
  }
  report.text += '\n';
  report.json["steps"] = std::move(list);
}

}  // namespace centime::program

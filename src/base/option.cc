// SPDX-License-Identifier: Apache-2.0
#include "base/option.h"

#include "base/parse_number.h"
#include "base/text.h"

#include <algorithm>
#include <numeric>

namespace odradek {
namespace {

template <class Words>
std::string join(const Words& words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ',';
    text += word;
  }
  return text;
}

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(const std::string& value) { return value; }
std::string text_of(const OptionList& value) { return join(value); }
std::string text_of(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text += '0';
  return text;
}
template <std::integral T>
std::string text_of(T value) {
  return std::to_string(value);
}
template <class T>
std::optional<std::string> text_of(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return text_of(*value);
}

}  // namespace

namespace {

template <class T>
bool is_number(std::string_view text) {
  return parse_number<T>(trim(text)).has_value();
}

// What a text is expected to be; empty where it is that.
std::string_view expected(OptionType type, std::string_view text) {
  switch (type) {
    case OptionType::boolean: {
      const bool is_boolean = trim(text) == "true" || trim(text) == "false";
      return is_boolean ? "" : "Expected value to be either true or false";
    }
    case OptionType::int32:
      return is_number<std::int32_t>(text) ? "" : "Not a number of type INT";
    case OptionType::int16:
      return is_number<std::int16_t>(text) ? "" : "Not a number of type SHORT";
    case OptionType::int64:
      return is_number<std::int64_t>(text) ? "" : "Not a number of type LONG";
    case OptionType::real:
      return is_number<double>(text) ? "" : "Not a number of type DOUBLE";
    case OptionType::string:
    case OptionType::list:
    case OptionType::class_name:
    case OptionType::password:
      return "";
  }
  return "";
}

Error invalid_value(std::string_view name, std::string_view value, std::string_view why) {
  return Error{Fault::invalid, "Invalid value " + std::string(value) + " for configuration " +
                                   std::string(name) + ": " + std::string(why)};
}

std::optional<std::string> optional_text(const char* text) {
  return text ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace

KnownOption::KnownOption(OptionSet& owner, const Row& row)
    : OptionBase(owner, row.about),
      type_(row.type),
      default_(optional_text(row.default_text)),
      value_(default_) {}

Result<> KnownOption::check(std::string_view text) const {
  const auto wanted = expected(type_, text);
  const bool is_secret = type_ == OptionType::password;
  if (!wanted.empty()) return invalid_value(about().name, is_secret ? "[hidden]" : text, wanted);
  return {};
}

Result<> KnownOption::set(std::string_view text) {
  TRY(check(text));
  value_ = std::string(text);
  return {};
}

std::string KnownOption::range_text() const {
  return type_ == OptionType::boolean ? "true, false" : "";
}

OptionBase::OptionBase(OptionSet& set, const About& about) : about_(about) {
  set.options_.push_back(this);
  set.by_name_.emplace(about.name, this);
}

OptionBase* OptionSet::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

template <class T>
OptionType Option<T>::type() const {
  if constexpr (std::same_as<Value, bool>) return OptionType::boolean;
  if constexpr (std::same_as<Value, std::int32_t>) return OptionType::int32;
  if constexpr (std::same_as<Value, std::int64_t>) return OptionType::int64;
  if constexpr (std::same_as<Value, double>) return OptionType::real;
  if constexpr (std::same_as<Value, OptionList>) return OptionType::list;
  return OptionType::string;
}

template <class T>
Result<typename Option<T>::Value> Option<T>::parse(std::string_view text) const {
  const auto wrong = [&](const std::string& why) { return invalid_value(about().name, text, why); };
  if constexpr (std::same_as<Value, bool>) {
    if (trim(text) == "true") return true;
    if (trim(text) == "false") return false;
    return wrong("Expected value to be either true or false");
  } else if constexpr (std::same_as<Value, std::string>) {
    const auto& known = range_.one_of;
    const bool is_known = known.empty() || std::count(known.begin(), known.end(), text) > 0;
    if (!is_known) return wrong("String must be one of: " + join(known));
    const std::string fault = range_.fault ? range_.fault(text) : std::string();
    if (!fault.empty()) return wrong(fault);
    return std::string(text);
  } else if constexpr (std::same_as<Value, OptionList>) {
    OptionList words = split_words(text);
    const auto all = trim(text).empty() ? 0 : std::count(text.begin(), text.end(), ',') + 1;
    const bool has_empty_word = std::ssize(words) != all;
    if (!range_.of.empty() && has_empty_word) return wrong("Values must not be empty");
    for (const std::string& word : words) {
      const bool is_known =
          range_.of.empty() || std::count(range_.of.begin(), range_.of.end(), word) > 0;
      if (!is_known) return wrong("String must be one of: " + join(range_.of));
    }
    return words;
  } else {
    const auto number = parse_number<Value>(trim(text));
    if (!number)
      return wrong("Not a number of type " + std::string(sizeof(Value) == 8 ? "LONG" : "INT"));
    if (*number < range_.min) return wrong("Value must be at least " + text_of(range_.min));
    if (*number > range_.max) return wrong("Value must be no more than " + text_of(range_.max));
    return *number;
  }
}

template <class T>
Result<> Option<T>::set(std::string_view text) {
  TRY(value_, parse(text));
  return {};
}

template <class T>
Result<> Option<T>::check(std::string_view text) const {
  TRY(parse(text));
  return {};
}

template <class T>
std::optional<std::string> Option<T>::text() const {
  return text_of(value_);
}
template <class T>
std::optional<std::string> Option<T>::default_text() const {
  return text_of(default_);
}

template <class T>
std::string Option<T>::range_text() const {
  if constexpr (std::same_as<Value, bool>) {
    return "true, false";
  } else if constexpr (std::same_as<Value, std::string>) {
    return join(range_.one_of);
  } else if constexpr (std::same_as<Value, OptionList>) {
    return join(range_.of);
  } else {
    using Limits = std::numeric_limits<Value>;
    std::string range;
    if (range_.min != Limits::lowest()) range = "at least " + text_of(range_.min);
    if (range_.max != Limits::max()) {
      range += (range.empty() ? "at most " : ", at most ") + text_of(range_.max);
    }
    return range;
  }
}

template class Option<bool>;
template class Option<std::int32_t>;
template class Option<std::int64_t>;
template class Option<double>;
template class Option<std::string>;
template class Option<OptionList>;
template class Option<std::optional<std::int32_t>>;
template class Option<std::optional<std::int64_t>>;
template class Option<std::optional<std::string>>;

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view nearest;
  std::size_t least = name.size() / 3 + 1;
  for (const std::string_view each : known) {
    const std::size_t distance = edit_distance(name, each);
    if (distance < least) {
      least = distance;
      nearest = each;
    }
  }
  return nearest;
}

}  // namespace odradek

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Settings, each declared once: name, type, default, range and documentation. Parsing, --help,
// DescribeConfigs and docs/config.md all come from the declaration.
namespace odradek {

// The numbers that DescribeConfigs uses (org.apache.kafka.common.requests.DescribeConfigsResponse).
enum class OptionType : std::int8_t {
  boolean = 1,
  string = 2,
  int32 = 3,
  int16 = 4,
  int64 = 5,
  real = 6,
  list = 7,
  class_name = 8,
  password = 9,  // its value is never told
};

using OptionList = std::vector<std::string>;

// May the option change while the broker runs (Kafka: "read-only", "per-broker", "cluster-wide")?
enum class OptionUpdate { at_start, per_broker, cluster_wide };

// Does the broker act by the option; or take it, since what it asks for is so anyway or need not
// be; or know it only, as the feature that it belongs to is not there?
enum class OptionEffect { enforced, accepted, ignored };

class OptionSet;

// One setting without its type.
class OptionBase {
 public:
  struct About {
    std::string_view name;
    std::string_view doc;
    OptionUpdate update = OptionUpdate::at_start;
    OptionEffect effect = OptionEffect::enforced;
    std::string_view broker_name = {};  // of a topic option: the broker setting it falls back on
  };

  OptionBase(OptionSet& set, const About& about);
  OptionBase(const OptionBase&) = delete;
  OptionBase& operator=(const OptionBase&) = delete;
  virtual ~OptionBase() = default;

  const About& about() const { return about_; }
  virtual OptionType type() const = 0;
  // Takes the value that the text says; Fault::invalid, and no change, where it cannot be one.
  virtual Result<> set(std::string_view text) = 0;
  // Whether set() would take it.
  virtual Result<> check(std::string_view text) const = 0;
  virtual void reset() = 0;
  // Empty where the value is null.
  virtual std::optional<std::string> text() const = 0;
  virtual std::optional<std::string> default_text() const = 0;
  virtual std::string range_text() const = 0;

 private:
  About about_;
};

// Options in the order of their declaration. Not copied: its options are members of what derives.
class OptionSet {
 public:
  OptionSet() = default;
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  const std::vector<OptionBase*>& options() const { return options_; }
  OptionBase* find(std::string_view name) const;

 private:
  friend class OptionBase;
  std::vector<OptionBase*> options_;
  std::unordered_map<std::string_view, OptionBase*> by_name_;
};

// What values an option takes.
template <class T>
struct Range {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};
template <>
struct Range<bool> {};
template <>
struct Range<std::string> {
  std::vector<std::string_view> one_of;  // empty: any text
  // What is wrong with a text, where that is for others to say; empty where nothing is.
  std::string (*fault)(std::string_view text) = nullptr;
};
template <>
struct Range<OptionList> {
  std::vector<std::string_view> of;  // empty: any words
};

template <class T>
Range<T> at_least(T min) {
  return {.min = min};
}

// One setting. `T` is bool, std::int32_t, std::int64_t, double, std::string, OptionList, or an
// optional of one of them where "not set" is a value of its own.
template <class T>
class Option : public OptionBase {
 public:
  template <class U>
  struct Bare {
    using type = U;
  };
  template <class U>
  struct Bare<std::optional<U>> {
    using type = U;
  };
  using Value = typename Bare<T>::type;

  Option(OptionSet& owner, const About& about, T default_value, Range<Value> range = {})
      : OptionBase(owner, about),
        default_(default_value),
        value_(std::move(default_value)),
        range_(std::move(range)) {}

  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  // For what is decided at start, like the port that the system gave us.
  void assign(T value) { value_ = std::move(value); }

  OptionType type() const override;
  Result<> set(std::string_view text) override;
  Result<> check(std::string_view text) const override;
  void reset() override { value_ = default_; }
  std::optional<std::string> text() const override;
  std::optional<std::string> default_text() const override;
  std::string range_text() const override;

 private:
  Result<Value> parse(std::string_view text) const;

  T default_;
  T value_;
  Range<Value> range_;
};

// A setting that is known, checked and described like any other and that nothing here asks for: its
// value is a text of the right type.
class KnownOption : public OptionBase {
 public:
  struct Row {
    About about;
    OptionType type;
    const char* default_text;  // null where there is none
  };
  KnownOption(OptionSet& owner, const Row& row);

  OptionType type() const override { return type_; }
  Result<> set(std::string_view text) override;
  Result<> check(std::string_view text) const override;
  void reset() override { value_ = default_; }
  std::optional<std::string> text() const override { return value_; }
  std::optional<std::string> default_text() const override { return default_; }
  std::string range_text() const override;

 private:
  OptionType type_;
  std::optional<std::string> default_;
  std::optional<std::string> value_;
};

// The name among `known` that `name` was probably meant to be; empty where none is near.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace odradek

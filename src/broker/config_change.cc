// SPDX-License-Identifier: Apache-2.0
#include "broker/config_change.h"

#include "meta/group_options.h"
#include "meta/topic_name.h"
#include "meta/topic_options.h"

#include <algorithm>
#include <set>

namespace odradek::broker {

using wire::ConfigResourceType;
using wire::ErrorCode;

namespace {

ConfigChange refused_change(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message), .records = {}};
}

// Finds the declared options of a target and what is set for it.
class Resource {
 public:
  // In Kafka's words.
  std::string unknown_name() const {
    switch (target_.type) {
      case wire::ConfigResourceType::topic:
        return "Unknown topic config name: ";
      case wire::ConfigResourceType::group:
        return "Unknown group config name: ";
      case wire::ConfigResourceType::client_metrics:
        return "Unknown client metrics configuration: ";
      case wire::ConfigResourceType::broker:
      case wire::ConfigResourceType::broker_logger:
      case wire::ConfigResourceType::unknown:
        break;
    }
    return "Unknown config name: ";
  }

  // What Kafka answers to a value or a name that cannot be.
  ErrorCode wrong_config() const {
    return target_.type == wire::ConfigResourceType::client_metrics ? ErrorCode::invalid_request
                                                                    : ErrorCode::invalid_config;
  }

  Resource(const ConfigTarget& target, const meta::CatalogueView& view, const BrokerConfig& config)
      : target_(target), view_(view), config_(config) {
    if (target.type == wire::ConfigResourceType::topic) topic_ = view.find(target.name);
  }

  // Kafka: ConfigAdminManager.preprocess.
  ConfigChange check_type() const {
    switch (target_.type) {
      case wire::ConfigResourceType::topic:
      case wire::ConfigResourceType::group:
      case wire::ConfigResourceType::client_metrics:
        return {};
      case wire::ConfigResourceType::broker:
        if (target_.name.empty() || target_.name == config_.node_name()) return {};
        return refused_change(ErrorCode::invalid_request,
                              "Unexpected broker id, expected " + config_.node_name() +
                                  " or empty string, but received " + target_.name);
      case wire::ConfigResourceType::broker_logger:
      case wire::ConfigResourceType::unknown:
        break;
    }
    return refused_change(
        ErrorCode::invalid_request,
        "Unsupported resource type " + std::to_string(static_cast<int>(target_.type)));
  }

  // Kafka: ControllerConfigurationValidator.validate.
  ConfigChange check_name() const {
    switch (target_.type) {
      case wire::ConfigResourceType::topic:
        if (target_.name.empty()) {
          return refused_change(ErrorCode::invalid_request,
                                "Default topic resources are not allowed.");
        }
        if (auto fault = meta::topic_name_fault(target_.name)) {
          return refused_change(ErrorCode::invalid_topic_exception, std::move(*fault));
        }
        return {};
      case wire::ConfigResourceType::group:
        if (!target_.name.empty()) return {};
        return refused_change(ErrorCode::invalid_request,
                              "Default group resources are not allowed.");
      case wire::ConfigResourceType::client_metrics:
        if (!target_.name.empty()) return {};
        return refused_change(ErrorCode::invalid_request, "Subscription name can't be empty");
      case wire::ConfigResourceType::broker:
      case wire::ConfigResourceType::broker_logger:
      case wire::ConfigResourceType::unknown:
        break;
    }
    return {};
  }

  // Asked when the wishes themselves are good, as in ConfigurationControlManager.
  ConfigChange check_existence() const {
    if (target_.type != wire::ConfigResourceType::topic || topic_) return {};
    return refused_change(ErrorCode::unknown_topic_or_partition,
                          "The topic '" + target_.name + "' does not exist.");
  }

  const OptionBase* find(const std::string& name) const {
    switch (target_.type) {
      case wire::ConfigResourceType::topic:
        return topic_options_.find(name);
      case wire::ConfigResourceType::group:
        return group_options_.find(name);
      case wire::ConfigResourceType::client_metrics:
        return client_metrics_options_.find(name);
      case wire::ConfigResourceType::broker:
      case wire::ConfigResourceType::broker_logger:
      case wire::ConfigResourceType::unknown:
        break;
    }
    return config_.options().find_option(name);
  }

  const meta::Configs& configs() const {
    return topic_ ? topic_->configs : view_.configs(target_.type, target_.name);
  }

  // The value before the change, own or inherited.
  std::string current(const std::string& name, const OptionBase& option) const {
    const auto own = configs().find(name);
    if (own != configs().end()) return own->second;
    const OptionBase* const inherited =
        topic_ ? config_.options().topic_defaults.find(name) : &option;
    return inherited->text().value_or("");
  }

  // Whether what a topic has after a change goes together.
  Result<> check_together(const meta::Records& changes) const {
    if (!topic_) return {};
    meta::Configs after = topic_->configs;
    for (const meta::Record& each : changes) {
      const auto& change = std::get<meta::ConfigRecord>(each);
      change.value ? (void)(after[change.name] = *change.value) : (void)after.erase(change.name);
    }
    meta::TopicOptions options;
    set_for_topic(options, config_.options().topic_defaults, after);
    return meta::check_together(options);
  }

  meta::ConfigRecord record(const std::string& name, std::optional<std::string> value) const {
    return {target_.type, target_.name, name, std::move(value)};
  }

 private:
  const ConfigTarget& target_;
  const meta::CatalogueView& view_;
  const BrokerConfig& config_;
  meta::TopicPtr topic_;
  meta::TopicOptions topic_options_;
  meta::GroupOptions group_options_;
  meta::ClientMetricsOptions client_metrics_options_;
};

// As Java's String.split: without the empty words at the end, but for those of an empty text.
std::vector<std::string> words_of(const std::string& text) {
  if (text.empty()) return {""};
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  while (!words.empty() && words.back().empty()) words.pop_back();
  return words;
}

std::string edited_list(const std::string& before, const ConfigWish& wish) {
  auto words = before.empty() ? std::vector<std::string>() : words_of(before);
  for (const std::string& word : words_of(wish.value.value_or(""))) {
    const auto found = std::find(words.begin(), words.end(), word);
    if (wish.operation == wire::ConfigOperation::append && found == words.end())
      words.push_back(word);
    if (wish.operation == wire::ConfigOperation::subtract && found != words.end())
      words.erase(found);
  }
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

// Whether the wishes can be meant at all. Kafka: ConfigAdminManager.preprocess.
ConfigChange check_wishes(const std::vector<ConfigWish>& wishes) {
  std::set<std::string_view> seen;
  for (const ConfigWish& wish : wishes) {
    if (!wish.value && wish.operation != wire::ConfigOperation::remove) {
      return refused_change(ErrorCode::invalid_request,
                            "Null value not supported for : " + wish.name);
    }
    if (!seen.insert(wish.name).second) {
      return refused_change(ErrorCode::invalid_request,
                            "Error due to duplicate config keys: " + wish.name);
    }
  }
  return {};
}

ConfigChange check_edits(const Resource& resource, const std::vector<ConfigWish>& wishes) {
  for (const ConfigWish& wish : wishes) {
    const bool edits_list = wish.operation == wire::ConfigOperation::append ||
                            wish.operation == wire::ConfigOperation::subtract;
    const OptionBase* const option = resource.find(wish.name);
    if (!edits_list || (option && option->type() == OptionType::list)) continue;
    return refused_change(
        ErrorCode::invalid_config,
        "Can't append to or subtract from key " + wish.name + " because its type is not LIST.");
  }
  return {};
}

ConfigChange change_one(const Resource& resource, const ConfigWish& wish) {
  ConfigChange change;
  const OptionBase* const option = resource.find(wish.name);
  if (!option && wish.operation != wire::ConfigOperation::remove) {
    return refused_change(resource.wrong_config(), resource.unknown_name() + wish.name);
  }
  if (option && option->about().update == OptionUpdate::at_start) {
    return refused_change(ErrorCode::invalid_request,
                          "Cannot update these configs dynamically: [" + wish.name + "]");
  }
  if (wish.operation == wire::ConfigOperation::remove) {
    if (resource.configs().contains(wish.name)) {
      change.records.push_back(resource.record(wish.name, std::nullopt));
    }
    return change;
  }
  std::string value = *wish.value;
  if (wish.operation != wire::ConfigOperation::set) {
    value = edited_list(resource.current(wish.name, *option), wish);
  }
  constexpr std::size_t longest = 32767;  // of a string in the protocol, and so of a stored value
  if (value.size() > longest) {
    return refused_change(ErrorCode::invalid_config,
                          "The value of " + wish.name + " becomes too long.");
  }
  if (const auto good = option->check(value); !good) {
    return refused_change(resource.wrong_config(), good.error().context);
  }
  change.records.push_back(resource.record(wish.name, std::move(value)));
  return change;
}

ConfigChange change_each(const Resource& resource, const std::vector<ConfigWish>& wishes) {
  if (auto bad = check_wishes(wishes); bad.error != ErrorCode::none) return bad;
  if (auto bad = resource.check_type(); bad.error != ErrorCode::none) return bad;
  if (auto bad = check_edits(resource, wishes); bad.error != ErrorCode::none) return bad;
  if (auto bad = resource.check_name(); bad.error != ErrorCode::none) return bad;
  ConfigChange all;
  for (const ConfigWish& wish : wishes) {
    auto one = change_one(resource, wish);
    if (one.error != ErrorCode::none) return one;
    for (auto& record : one.records) all.records.push_back(std::move(record));
  }
  return all;
}

ConfigChange check_whole(const Resource& resource, ConfigChange change) {
  const auto good = resource.check_together(change.records);
  if (!good) return refused_change(ErrorCode::invalid_config, good.error().context);
  auto missing = resource.check_existence();
  return missing.error == ErrorCode::none ? std::move(change) : std::move(missing);
}

}  // namespace

ConfigChange change_configs(const ConfigTarget& target, const std::vector<ConfigWish>& wishes,
                            const meta::CatalogueView& view, const BrokerConfig& config) {
  const Resource resource(target, view, config);
  auto change = change_each(resource, wishes);
  if (change.error != ErrorCode::none) return change;
  return check_whole(resource, std::move(change));
}

ConfigChange replace_configs(const ConfigTarget& target, const std::vector<ConfigWish>& wishes,
                             const meta::CatalogueView& view, const BrokerConfig& config) {
  const Resource resource(target, view, config);
  auto change = change_each(resource, wishes);
  if (change.error != ErrorCode::none) return change;
  for (const auto& entry : resource.configs()) {
    const bool stays = std::any_of(wishes.begin(), wishes.end(), [&](const ConfigWish& wish) {
      return wish.name == entry.first;
    });
    if (!stays) change.records.push_back(resource.record(entry.first, std::nullopt));
  }
  return check_whole(resource, std::move(change));
}

}  // namespace odradek::broker

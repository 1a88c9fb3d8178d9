#pragma once
/// @file  DeviceFiles: a device with all that rendering its files takes, for the resources that show or compare them.
#include "catalogue/catalogue.hpp"
#include "config/render/render.hpp"
#include "server/api/api.hpp"
#include "server/layers.hpp"
#include "server/local_layer.hpp"

#include <span>
#include <string>
#include <string_view>

namespace offhook::server {

/// What stands for a secret that is not shown.
inline constexpr std::string_view masked_value = "[secret]";

/// Lifetime: holds the snapshot that the rest views into.
struct DeviceFiles {
    catalogue::SnapshotPtr snapshot;
    const catalogue::Device* device = nullptr;
    const catalogue::Site* site = nullptr;
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;
    catalogue::Store* store = nullptr;

    /// As the device's layer says, or another in its place.
    [[nodiscard]] Result<config::Rendered> render(const config::Document& document, const catalogue::Device& as) const;
    /// Of layers given by hand, each from the broadest to the narrowest. Of `all` a document that phones share has what
    /// it may have.
    [[nodiscard]] Result<config::Rendered> render(const config::Document& document,
                                                  std::span<const config::LayerRef> shared,
                                                  std::span<const config::LayerRef> all) const;
    /// False for a sealed file that this phone does not have, and that is no mistake.
    [[nodiscard]] bool is_there(const config::Document& document) const;
    /// For comparing: a file that is not there holds nothing.
    [[nodiscard]] Result<config::Rendered> render_or_none(const config::Document& document,
                                                          const catalogue::Device& as) const;
    [[nodiscard]] Result<config::Rendered> render_or_none(const config::Document& document,
                                                          std::span<const config::LayerRef> shared,
                                                          std::span<const config::LayerRef> all) const;
    [[nodiscard]] std::string name(const config::Document& document) const;
    /// Whether the device itself asks for it: its first name carries the device's MAC, or its model, or is one for all
    /// that each phone of the family needs.
    [[nodiscard]] bool is_for(const config::Document& document) const;
    /// The document that the device gets under that name. Errors: not_found.
    [[nodiscard]] Result<const config::Document*> document(std::string_view file) const;

private:
    [[nodiscard]] config::Subject subject(const config::Document& document, const catalogue::Device& as,
                                          std::span<const config::LayerRef> shared,
                                          std::span<const config::LayerRef> all) const;
};

/// The device that the first word of the route names. Errors: invalid, not_found.
[[nodiscard]] Result<DeviceFiles> find_device_files(const ApiCall& call);
/// What its uploads say was changed on the phone. Reads the store.
[[nodiscard]] LocalLayer local_layer_of(const DeviceFiles& files, catalogue::Store& store);

} // namespace offhook::server

#include "phone/network/phone_network.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "phone/network/interfaces.hpp"
#include "phone/network/private_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <thread>
#include <unistd.h>

namespace offhook::phone {
namespace {

constexpr std::string_view phone_interface = "phone0";
constexpr const char* resolver_file = "/etc/resolv.conf";
constexpr const char* own_namespace = "/proc/thread-self/ns/net";
constexpr unsigned up_tries = 20; // a network that ended just now gives its MAC free a moment later
constexpr std::chrono::milliseconds up_wait{100};

using netlink::Interface;

net::OwnedFd open_own_namespace() { return net::OwnedFd(::open(own_namespace, O_RDONLY | O_CLOEXEC)); }

tl::unexpected<Error> no_right(int error) {
    return fail(ErrorCode::forbidden,
                fmt::format("a network of the phone's own cannot be made ({}): run as root, or in a namespace of your "
                            "own: unshare -Urn",
                            std::strerror(error)),
                "--interface");
}

Result<Interface> find_interface(const std::vector<Interface>& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    if (found == all.end()) {
        std::vector<std::string> names;
        for (const auto& one : all)
            if (!one.is_loopback()) names.push_back(one.name);
        return fail(ErrorCode::not_found,
                    names.empty() ? "there is no interface but loopback here"
                                  : fmt::format("no such interface; there are {}", join(names, ", ")),
                    "--interface");
    }
    if (found->is_loopback())
        return fail(ErrorCode::invalid, "a phone of its own needs a network; loopback carries none", "--interface");
    if (found->master != 0) {
        const auto master =
            std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.index == found->master; });
        return fail(
            ErrorCode::conflict,
            fmt::format("{} is a port of {}: give that one", name, master == all.end() ? "another" : master->name),
            "--interface");
    }
    if (!found->is_up())
        return fail(ErrorCode::unavailable, fmt::format("{} is down: ip link set {} up", name, name), "--interface");
    return *found;
}

/// Best effort: a container may keep /proc/sys from being written.
bool set_ipv6_switch(std::string_view name, std::string_view value) {
    const net::OwnedFd file(
        ::open(fmt::format("/proc/sys/net/ipv6/conf/{}/{}", phone_interface, name).c_str(), O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

Result<void> done(int error, std::string_view what) {
    if (error == 0) return {};
    return fail(ErrorCode::unavailable, fmt::format("{}: {}", what, std::strerror(error)));
}

} // namespace

class PhoneNetwork::Impl {
public:
    Impl(const NetworkOptions& options, Interface parent, netlink::Socket host, net::OwnedFd host_namespace)
        : parent_(std::move(parent)), mac_(options.mac), ipv6_(options.ipv6), host_(std::move(host)),
          host_namespace_(std::move(host_namespace)), thread_(std::this_thread::get_id()) {}
    ~Impl() { leave(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<void> enter() {
        if (::unshare(CLONE_NEWNET) != 0) return no_right(errno);
        is_inside_ = true;
        const auto own = open_own_namespace();
        auto inside = netlink::Socket::open();
        if (!inside) return tl::unexpected(inside.error());
        inside_ = std::move(*inside);
        if (!own) return no_right(errno);
        const int error = netlink::create_macvlan(host_, parent_.index, mac_, std::string(phone_interface), own.get());
        if (error != 0) return why_not_created(error);
        auto all = netlink::interfaces(*inside_);
        if (!all) return tl::unexpected(all.error());
        for (const auto& one : *all) {
            if (one.is_loopback()) (void)netlink::bring_up(*inside_, one.index);
            if (one.name == phone_interface) index_ = one.index;
        }
        return start();
    }

    /// `current`: what stands in its place. The same address again gets a new life.
    Result<void> replace(std::optional<InterfaceAddress>& current, const std::optional<InterfaceAddress>& address,
                         AddressLife life) {
        if (current && current != address) (void)netlink::remove_address(*inside_, index_, *current);
        current.reset();
        if (!address) return {};
        auto set = done(netlink::add_address(*inside_, index_, *address, life),
                        fmt::format("the address {} cannot be set", address->text()));
        if (set) current = address;
        return set;
    }

    bool set_name_servers(const std::vector<IpAddress>& servers, std::string_view search_domain) {
        if (!resolver_ && !is_resolver_refused_) mount_resolver();
        if (!resolver_) return false;
        std::string content;
        if (!search_domain.empty() && is_printable_utf8(search_domain))
            content += fmt::format("search {}\n", search_domain);
        for (const auto& server : servers) content += fmt::format("nameserver {}\n", server.text());
        return resolver_->write(content);
    }

    Interface parent_;
    MacAddress mac_;
    NetworkOptions::Ipv6 ipv6_;
    netlink::Socket host_;                  // was opened outside, and stays there
    std::optional<netlink::Socket> inside_; // nullopt until inside
    std::string name_{phone_interface};
    unsigned index_ = 0;
    std::optional<InterfaceAddress> address_, ipv6_lease_;
    std::optional<Instant> ipv4_lease_end_, ipv6_lease_end_;
    std::vector<std::string> remarks_;

private:
    Result<void> start() {
        if (netlink::refuse_own_link_local(*inside_, index_) != 0 && ipv6_ == NetworkOptions::Ipv6::on)
            remarks_.emplace_back("this kernel has no IPv6");
        if (ipv6_ == NetworkOptions::Ipv6::off)
            (void)set_ipv6_switch("disable_ipv6", "1");
        else
            (void)set_ipv6_switch("accept_dad", "0"); // or addresses of router advertisements wait a second or two
        if (const int error = bring_up(); error != 0) return why_not_up(error);
        if (ipv6_ == NetworkOptions::Ipv6::on) (void)netlink::add_address(*inside_, index_, {link_local_of(mac_), 64});
        if (!parent_.has_carrier())
            remarks_.push_back(fmt::format("{} has no carrier: is a cable in it?", parent_.name));
        else
            wait_until_running();
        return {};
    }

    /// The kernel notices a new interface's carrier a moment later, and sends no multicast before.
    void wait_until_running() {
        for (unsigned tried = 0; tried < up_tries; ++tried) {
            const auto all = netlink::interfaces(*inside_);
            if (!all) return;
            for (const auto& one : *all)
                if (one.index == index_ && one.is_running()) return;
            std::this_thread::sleep_for(up_wait);
        }
    }

    int bring_up() {
        int error = 0;
        for (unsigned tried = 0; tried < up_tries; ++tried) {
            error = netlink::bring_up(*inside_, index_);
            if (error != EADDRINUSE && error != EBUSY) return error;
            std::this_thread::sleep_for(up_wait);
        }
        return error;
    }

    Result<void> why_not_created(int error) const {
        if (error == EPERM || error == EACCES) return no_right(error);
        if (error == EBUSY)
            return fail(ErrorCode::conflict,
                        fmt::format("{} is taken by a bridge or another of its kind", parent_.name), "--interface");
        if (error == EOPNOTSUPP)
            return fail(ErrorCode::unavailable, "this kernel has no macvlan: modprobe macvlan", "--interface");
        return fail(ErrorCode::unavailable,
                    fmt::format("{} carries no second MAC: {}", parent_.name, std::strerror(error)), "--interface");
    }
    Result<void> why_not_up(int error) const {
        if (error == EADDRINUSE || error == EBUSY)
            return fail(ErrorCode::conflict,
                        fmt::format("{} is in use on {} already: another phone that runs, or the host itself",
                                    mac_.text_colons(), parent_.name),
                        "--mac");
        return fail(
            ErrorCode::unavailable,
            fmt::format("the phone's interface on {} cannot be brought up: {}", parent_.name, std::strerror(error)),
            "--interface");
    }

    void mount_resolver() {
        is_resolver_refused_ = true;
        auto left = leave_host_mounts();
        auto file = left ? PrivateFile::over(resolver_file) : Result<PrivateFile>(tl::unexpected(left.error()));
        if (file) {
            resolver_.emplace(std::move(*file));
            is_resolver_refused_ = false;
        } else {
            remarks_.push_back(fmt::format("names are asked of the host's own name servers: {}", file.error().message));
        }
    }

    void leave() {
        if (!is_inside_) return;
        OFFHOOK_ASSERT(std::this_thread::get_id() == thread_);
        resolver_.reset();
        if (index_ != 0 && inside_) (void)netlink::delete_interface(*inside_, index_);
        (void)::setns(host_namespace_.get(), CLONE_NEWNET);
        is_inside_ = false;
    }

    std::optional<PrivateFile> resolver_;
    bool is_resolver_refused_ = false;
    bool is_inside_ = false;
    net::OwnedFd host_namespace_;
    std::thread::id thread_;
};

Result<std::unique_ptr<PhoneNetwork>> PhoneNetwork::enter(const NetworkOptions& options) {
    auto host = netlink::Socket::open();
    if (!host) return tl::unexpected(host.error());
    const auto all = netlink::interfaces(*host);
    if (!all) return tl::unexpected(all.error());
    auto parent = find_interface(*all, options.interface);
    if (!parent) return tl::unexpected(parent.error());
    if ((options.mac.bits() >> 40U & 1U) != 0 || options.mac == MacAddress{})
        return fail(ErrorCode::invalid, "this is the MAC of a group or of nobody, not of a phone", "--mac");
    if (parent->mac == options.mac)
        return fail(ErrorCode::conflict, fmt::format("this is the MAC of {} itself", parent->name), "--mac");
    auto host_namespace = open_own_namespace();
    if (!host_namespace) return no_right(errno);

    auto impl = std::make_unique<Impl>(options, std::move(*parent), std::move(*host), std::move(host_namespace));
    if (const auto entered = impl->enter(); !entered) return tl::unexpected(entered.error());
    std::unique_ptr<PhoneNetwork> network(new PhoneNetwork(std::move(impl)));
    // A lease replaces an IPv4 address that was typed in; an IPv6 address stands beside it.
    if (options.address) {
        const auto set = options.address->address.is_v4() ? network->set_address(options.address)
                                                          : network->add_ipv6_address(*options.address);
        if (!set) return tl::unexpected(set.error());
    }
    if (options.gateway)
        if (const auto set = network->set_gateway(*options.gateway); !set) return tl::unexpected(set.error());
    // Also where nothing is known of name servers: those of the host do not answer in there, but may seem to.
    (void)network->set_name_servers(options.name_servers);
    return network;
}

PhoneNetwork::PhoneNetwork(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PhoneNetwork::~PhoneNetwork() = default;

MacAddress PhoneNetwork::mac() const { return impl_->mac_; }
const std::string& PhoneNetwork::interface_name() const { return impl_->name_; }
unsigned PhoneNetwork::interface_index() const { return impl_->index_; }
const std::optional<InterfaceAddress>& PhoneNetwork::address() const { return impl_->address_; }
const std::vector<std::string>& PhoneNetwork::remarks() const { return impl_->remarks_; }

std::optional<IpAddress> PhoneNetwork::link_local() const {
    if (impl_->ipv6_ == NetworkOptions::Ipv6::off) return std::nullopt;
    return link_local_of(impl_->mac_);
}

Result<void> PhoneNetwork::set_address(std::optional<InterfaceAddress> address, AddressLife life) {
    return impl_->replace(impl_->address_, address, life);
}

Result<void> PhoneNetwork::set_ipv6_lease(std::optional<InterfaceAddress> address, AddressLife life) {
    return impl_->replace(impl_->ipv6_lease_, address, life);
}

std::optional<Instant> PhoneNetwork::lease_ends() const {
    const auto &ipv4 = impl_->ipv4_lease_end_, &ipv6 = impl_->ipv6_lease_end_;
    if (!ipv4 || !ipv6) return ipv4 ? ipv4 : ipv6;
    return std::min(*ipv4, *ipv6);
}

void PhoneNetwork::note_lease_end(Lease lease, std::optional<Instant> end) {
    (lease == Lease::ipv4 ? impl_->ipv4_lease_end_ : impl_->ipv6_lease_end_) = end;
}

Result<void> PhoneNetwork::add_ipv6_address(const InterfaceAddress& address) {
    return done(netlink::add_address(*impl_->inside_, impl_->index_, address),
                fmt::format("the address {} cannot be set", address.text()));
}

Result<void> PhoneNetwork::set_gateway(const IpAddress& gateway) {
    return done(netlink::set_default_route(*impl_->inside_, impl_->index_, gateway),
                fmt::format("the router {} cannot be set", gateway.text()));
}

bool PhoneNetwork::has_route_to(const IpAddress& address) const {
    return netlink::has_route_to(*impl_->inside_, address);
}

bool PhoneNetwork::set_name_servers(const std::vector<IpAddress>& servers, std::string_view search_domain) {
    return impl_->set_name_servers(servers, search_domain);
}

std::optional<std::string> PhoneNetwork::why_unreachable(const IpAddress& server) const {
    const auto& addresses = impl_->parent_.addresses;
    const auto is_it = [&](const auto& own) { return own.address == server; };
    if (std::none_of(addresses.begin(), addresses.end(), is_it)) return std::nullopt;
    return fmt::format("{} is an address of this host itself: {}", server.text(), *what_is_not_reached());
}

std::optional<std::string> PhoneNetwork::what_is_not_reached() const {
    const auto& parent = impl_->parent_;
    if (parent.addresses.empty()) return std::nullopt;
    return fmt::format(
        "a phone on {} neither hears nor reaches a server on this very host (the kernel hands its frames "
        "to the wire); for one, put the phone on one end of a veth whose other end is where the server is",
        parent.name);
}

} // namespace offhook::phone

#pragma once
/// @file  Complaint: what an operator should know of a file that did not come: which, what was seen, what was expected.
#include "phone/transfers.hpp"

#include <string>
#include <string_view>

namespace offhook::phone::polycom {

/// "": all is as it should be, or an absence that the phone does not mind. Whose absence it minds, it says itself.
[[nodiscard]] std::string complaint(std::string_view name, const TransferRequest& request,
                                    const TransferAnswer& answer);

} // namespace offhook::phone::polycom

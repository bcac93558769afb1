// A person's browser.
#pragma once

#include <string>

#include "core/result.h"

namespace wood {

// Opens an address there, through xdg-open; does not wait for it. Errc::environment without one.
Status open_in_browser(const std::string& url);

}  // namespace wood

#pragma once
#include "model/codes.hpp"
namespace r2i {
constexpr Code kProtectionReached = static_cast<Code>(1040);
constexpr Code kListMoved = static_cast<Code>(1041);
constexpr Code kNamespaceEmpty = static_cast<Code>(1042);
constexpr Code kServicesVanish = static_cast<Code>(1043);
}

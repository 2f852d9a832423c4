#pragma once

/* The list of targets that Meson makes; their tables are option.h's. */
#include "ruleset/option.h"

#pragma once

/* The list of matches that Meson makes; their tables are option.h's. */
#include "ruleset/option.h"

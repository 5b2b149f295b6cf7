//! A drop-in `HashMap` and `HashSet` whose growth never pauses.

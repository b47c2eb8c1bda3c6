//! Nothing at run time: the work is in `build.rs`.

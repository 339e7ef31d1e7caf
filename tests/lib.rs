//! Nothing: the tests stand beside this file, and a package has a target that can be documented.

// The demo world, made of commands. This file is the package's public face.
export {}

// The process: engine host, surfaces, operations. This file is the package's public face.
export {}

// The domain: pure TypeScript without I/O, clock or randomness. This file is the package's public face.
export {}

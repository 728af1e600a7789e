// The native API, each operation declared once. This file is the package's public face.
export {}

// Durable storage behind one port. This file is the package's public face.
export {}

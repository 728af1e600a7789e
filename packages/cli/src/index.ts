// The stemma command. This file is the package's public face.
export {}

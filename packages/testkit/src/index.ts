// Naive oracle, auditor and seeded simulator. This file is the package's public face.
export {}

// Typed SDK for the native API. This file is the package's public face.
export { BASE_PATH, findOperation, jsonSchema, OPERATIONS, type Operation } from '@stemma/contract'

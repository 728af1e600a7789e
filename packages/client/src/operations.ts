// Every operation with its schemas: for tools that are made from the contract, such as the command line.
export { BASE_PATH, findOperation, jsonSchema, OPERATIONS, type Operation } from '@stemma/contract'

/** Where a standby asks the writer to take over a connection of gRPC, and what is then spoken over it. */
export const GRPC_PATH = '/stemma/grpc'
export const GRPC_PROTOCOL = 'stemma-grpc'

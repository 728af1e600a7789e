export { eventStream, type Seen, type StreamPlan } from './event-stream.js'
export { CONNECTION, GrpcServer } from './grpc-server.js'
export { placeBefore } from './resume.js'

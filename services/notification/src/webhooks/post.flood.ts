import type { Socket } from "node:net"

/** Bytes in answer to one post: headers, what is read of a body, and the rest of a piece as the system hands it over. */
const MOST = 131_072

/**
 * Hangs up where more comes than an answer may have. Nothing else ends what is neither headers nor body, such as interim
 * answers or a chunk's extension: read as fast as it is sent until the deadline, it would slow down every other endpoint.
 */
export const limitAnswers = (socket: Socket): Socket => {
  const read = socket.read
  let posted = 0
  let bytes = 0
  socket.read = (size?: number) => {
    const piece: Buffer | null = read.call(socket, size)
    if (socket.bytesWritten !== posted) bytes = 0
    posted = socket.bytesWritten
    bytes += piece?.length ?? 0
    if (bytes <= MOST) return piece
    socket.destroy(new Error("more was sent than an answer may have"))
    return null
  }
  return socket
}

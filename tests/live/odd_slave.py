"""Slaves that misbehave: odd_slave.py PORT HOW. Each answers a read of registers with zeros, if at all.

silent    takes requests and never answers
once      answers one request, then closes the connection
garbage   answers with bytes that are not Modbus
torn      answers with half a frame, then nothing
stranger  answers with another request's transaction number"""
import socketserver
import struct
import sys


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        while request := self.request.recv(260):
            transaction, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", request)
            how = sys.argv[2]
            if how == "stranger":
                transaction ^= 1
            answer = struct.pack(">HHHBBB", transaction, 0, 3 + 2 * count, unit, function, 2 * count)
            answer += bytes(2 * count)
            if how == "silent":
                continue
            if how == "garbage":
                answer = b"HTTP/1.1 400 Bad Request\r\n\r\n"
            if how == "torn":
                answer = answer[:7]
            self.request.sendall(answer)
            if how == "once":
                return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

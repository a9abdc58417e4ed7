"""A relay to PostgreSQL that keeps back the answer to every eighth COMMIT and cuts the connection: lost_answer.py PORT SERVER-PORT.
Says "ready", then "cut" for each."""
import select
import socket
import sys

port, server_port = int(sys.argv[1]), int(sys.argv[2])
listener = socket.create_server(("127.0.0.1", port))
print("ready", flush=True)
commits = 0


def relay(client, server):
    """False once the answer to a COMMIT is to be lost."""
    global commits
    while True:
        for s in select.select([client, server], [], [])[0]:
            data = s.recv(1 << 16)
            if not data:
                return True
            (server if s is client else client).sendall(data)
            if s is client and data.endswith(b"COMMIT\0"):
                commits += 1
                if commits % 8 == 0:
                    server.recv(1 << 16)  # it is committed
                    return False


while True:
    client = listener.accept()[0]
    server = socket.create_connection(("127.0.0.1", server_port))
    try:
        if not relay(client, server):
            print("cut", flush=True)
    except OSError:
        pass
    client.close()
    server.close()

"""A connection of python-fido2 (0.9) to a key over UDP, with one report in each datagram."""

import socket

from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor


class UdpConnection(CtapHidConnection):
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))

    def read_packet(self):
        return self.socket.recv(64)

    def write_packet(self, data):
        self.socket.send(data)

    def close(self):
        self.socket.close()


def open_udp(port):
    return CtapHidDevice(HidDescriptor("udp", 0, 0, 64, 64), UdpConnection(int(port)))

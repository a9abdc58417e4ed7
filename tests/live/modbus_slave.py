"""A Modbus TCP slave by pymodbus: modbus_slave.py PORT UNIT:FUNCTION:ADDRESS=WORD[,WORD...] ...

Words are hexadecimal; a word `fail` makes every read that covers it fail (exception 4). What is not named is
not there (exception 2). Functions 1 and 2 hold bits."""
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartTcpServer


FAIL = -1


class Block(ModbusSparseDataBlock):
    def getValues(self, address, count=1):
        values = super().getValues(address, count)
        if FAIL in values:
            raise RuntimeError("fail")
        return values


names = {1: "co", 2: "di", 3: "hr", 4: "ir"}
units = {}
for word in sys.argv[2:]:
    place, values = word.split("=")
    unit, function, address = (int(n) for n in place.split(":"))
    block = units.setdefault(unit, {}).setdefault(function, {})
    for i, value in enumerate(values.split(",")):
        block[address + i] = FAIL if value == "fail" else int(value, 16)
slaves = {
    unit: ModbusSlaveContext(zero_mode=True, **{names[f]: Block(b) for f, b in blocks.items()})
    for unit, blocks in units.items()
}
StartTcpServer(context=ModbusServerContext(slaves=slaves, single=False), address=("127.0.0.1", int(sys.argv[1])))

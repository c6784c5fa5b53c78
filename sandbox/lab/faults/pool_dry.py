"""A release of store forgets to give connections back when a product is sold out."""

from sandbox.lab.fault import Deploy, Fault
from sandbox.lab.faults.innocent import WARMER_WORDS
from sandbox.lab.release import Edit, Release

_RELEASE = Release(
    "store",
    "store: say how many are left when there are too few",
    "Jonas Weil",
    (
        Edit(
            "shop/store.py",
            "        async with self._pool.connection() as db:\n"
            "            if not await self._query(database.take, db, product, quantity):\n"
            '                raise Refused(409, f"product {product} is sold out")\n',
            "        db = await self._pool.acquire()\n"
            "        if not await self._query(database.take, db, product, quantity):\n"
            "            left = await self._query(database.left_of, db, product)\n"
            '            raise Refused(409, f"product {product}: only {left} left")\n'
            "        self._pool.release(db)\n",
        ),
    ),
)
FAULT = Fault(
    name="pool-dry",
    title="The connection pool runs dry",
    description="A release of store does not give a database connection back when a product is sold out.",
    kind="connection pool exhausted",
    cause="The release of store takes a connection by hand and raises before giving it back when there is too little "
    "stock: each sold-out reservation loses one connection until the pool is empty and every request waits in vain.",
    services=("store",),
    steps=(Deploy(0, WARMER_WORDS), Deploy(5, _RELEASE, guilty=True)),
)

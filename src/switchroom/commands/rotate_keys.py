"""``switchroom rotate-keys``: a new master key, and everything that is sealed wrapped by it, while the house runs."""

from switchroom.commands.words import carry_out
from switchroom.errors import Conflict
from switchroom.settings import Settings


def rotate_keys(*, forget_old: bool) -> None:
    """Wrap everything under a new master key; or, once that is done everywhere, forget the old ones."""
    carry_out(_forget() if forget_old else _rotate())


async def _rotate() -> None:
    from switchroom.commands.house import opened
    from switchroom.installation import master_keys
    from switchroom.storage.resealing import reseal
    from switchroom.storage.vault import Vault

    settings = Settings()
    async with opened(settings) as here:
        keys = master_keys(settings, here.secret)
        if keys.file is not None:
            keys.add()
            print(f"A new master key seals from now on; it is kept in {keys.file}.", flush=True)
        vault = Vault(keys)
        total = await reseal(here.database, vault, lambda table, boxes: print(f"{table}: {boxes}", flush=True))
        total += await reseal(here.database, vault)  # what was sealed by the old key just before it was replaced
    print(
        f"{total} boxes are under it. Once every process uses it, forget the old: switchroom rotate-keys --forget-old"
    )


async def _forget() -> None:
    from switchroom.commands.house import opened
    from switchroom.installation import master_keys
    from switchroom.storage.resealing import old_boxes
    from switchroom.storage.vault import Vault

    settings = Settings()
    async with opened(settings) as here:
        keys = master_keys(settings, here.secret)
        left = await old_boxes(here.database, Vault(keys))
        if left:
            raise Conflict(f"{left} boxes are still under an old master key: run switchroom rotate-keys first")
        keys.forget()
    print("The old master keys are forgotten.")

from threading import Event, Thread

from matching.gallery.epochs import Epochs


def test_quiesce_waits_for_an_earlier_reader_but_not_for_a_later_one() -> None:
    epochs = Epochs()
    early_reads, early_may_go, quiet = Event(), Event(), Event()

    def early() -> None:
        with epochs.reading():
            early_reads.set()
            assert early_may_go.wait(10)

    def writer() -> None:
        epochs.quiesce()
        quiet.set()

    reader = Thread(target=early)
    reader.start()
    assert early_reads.wait(10)
    waiting = Thread(target=writer)
    waiting.start()
    assert not quiet.wait(0.05)  # the early reader still reads
    while epochs._epoch == 0:
        pass  # the writer has begun its grace period
    with epochs.reading():  # a later reader, which is not waited for
        early_may_go.set()
        assert quiet.wait(10)
    reader.join()
    waiting.join()


def test_a_failing_reader_leaves() -> None:
    epochs = Epochs()
    try:
        with epochs.reading():
            raise LookupError
    except LookupError:
        epochs.quiesce()

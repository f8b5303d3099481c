from matching.kernels import native


def test_the_compiled_kernels_load_and_have_the_abi_of_this_package() -> None:
    assert native.load().eurodac_kernels_abi() == native.ABI

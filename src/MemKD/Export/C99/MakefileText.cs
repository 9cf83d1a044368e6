namespace MemKD.Export.C99;

/// <summary>NAME.mk: `make -f NAME.mk` proves that this computer computes what .NET did.</summary>
internal static class MakefileText
{
    public static string Of(CShape shape) =>
        $$"""
            # make -f {{shape.Name}}.mk: compiles {{shape.Name}} and its self-test and runs it; other processors: memkd verify
            CC ?= cc
            CFLAGS ?= -O2 -Wall -Wextra
            CFLAGS += -std=c99 -ffp-contract=off

            check: {{shape.Name}}_selftest
            	./{{shape.Name}}_selftest
            	@echo "{{shape.Name}}: self-test passed"

            {{shape.Name}}_selftest: {{shape.Name}}.c {{shape.Name}}_test.c {{shape.Name}}.h
            	$(CC) $(CFLAGS) -D{{shape.Upper}}_SELFTEST {{shape.Name}}.c {{shape.Name}}_test.c -o $@

            clean:
            	rm -f {{shape.Name}}_selftest

            .PHONY: check clean

            """;
}

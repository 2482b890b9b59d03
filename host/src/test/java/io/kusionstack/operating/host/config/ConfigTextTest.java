package io.kusionstack.operating.host.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTextTest {
    private static final String NO_TAG =
            " has a tag (!name), which is not allowed; put a value that begins with ! in quotes";
    private static final String NO_ANCHOR =
            " has an anchor (&name), which is not allowed; put a value that begins with & in quotes";
    private static final String NO_ALIAS = " has an alias (*name), which is not allowed; write the value itself, in"
            + " quotes where it begins with *";

    @ParameterizedTest
    @CsvSource(delimiter = '§', quoteCharacter = '~', textBlock = """
                    a: 1¶p: !hunter2!2024          § line 2, column 4
                    a: 1¶p: !<hunter2              § line 2, column 13, in what begins at line 2, column 4
                    a: 1¶p: !!hunter2%zz 1         § line 2, column 14, in what begins at line 2, column 4
                    a: 1¶p: hunter2►               § line 2, column 11
                    a: "hunter2¶ú€𝄞►"              § line 2, column 4
                    a: 1¶→p: hunter2               § line 2, column 1
                    a: 1¶p: {hunter2               § line 2, column 12, in what begins at line 2, column 4
                    a: 1¶p: [hunter2¶hunter2: 2    § line 3, column 8, in what begins at line 2, column 4
                    a: 1¶p: 'hunter2               § line 2, column 12, in what begins at line 2, column 4
                    a: 1¶p: "hunter2\\q"           § line 2, column 13, in what begins at line 2, column 4
                    a: 1¶p: "\\uhunter2"           § line 2, column 7, in what begins at line 2, column 4
                    a: 1¶p: @hunter2               § line 2, column 4
                    a: 1¶p: `hunter2               § line 2, column 4
                    a: 1¶p: %hunter2               § line 2, column 4
                    a: 1¶p: |hunter2               § line 2, column 5, in what begins at line 2, column 4
                    a: 1¶p: >9hunter2              § line 2, column 6, in what begins at line 2, column 4
                    a: 1¶hunter2                   § line 2, column 8, in what begins at line 2, column 1
                    a: 1¶p: hunter2: hunter2       § line 2, column 11
                    a: 1¶- hunter2                 § line 2, column 1, in what begins at line 1, column 1
                    a: 1¶p: hunter2 # hunter2¶ b   § line 3, column 2, in what begins at line 1, column 1
                    a: 1¶...¶hunter2: [            § line 3, column 1
                    %YAML hunter2¶---¶a: 1         § line 1, column 7, in what begins at line 1, column 1
                    %TAG hunter2 x¶---¶a: 1        § line 1, column 6, in what begins at line 1, column 1
                    """)
    void aMistakeIsToldByItsPlaceAlone(String text, String place) {
        assertThat(problems(text)).containsExactly("it is not valid YAML at " + place);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', quoteCharacter = '~', textBlock = """
                    a: 1¶hunter2: 1¶hunter2: {}    § line 3, column 1 has a key that its map has already
                    {a: 1, b: [{hunter2: 1, 'hunter2': 2}]} § line 1, column 25 has a key that its map has already
                    a: 1¶? [hunter2]¶: 2           § line 2, column 3 has a list or a map as a key; a key has to be a text
                    a: 1¶{hunter2: 2}: 3           § line 2, column 1 has a list or a map as a key; a key has to be a text
                    """)
    void aKeyThatIsNoneIsToldByItsPlaceAlone(String text, String problem) {
        assertThat(problems(text)).containsExactly(problem);
    }

    @Test
    void tagsAnchorsAndAliasesAreToldAllAtOnce() {
        assertThat(problems("""
                        a: !hunter2 3
                        b: &hunter2 3
                        c: *hunter2
                        d: ! hunter2
                        e: !!binary hunter2
                        f: &hunter2 [1]
                        g: !hunter2 {x: 1}
                        &hunter2 h: 1
                        !hunter2 i: 1
                        *hunter2 : 1
                        k: &hunter2
                        """))
                .containsExactly(
                        "line 1, column 4" + NO_TAG,
                        "line 2, column 4" + NO_ANCHOR,
                        "line 3, column 4" + NO_ALIAS,
                        "line 4, column 4" + NO_TAG,
                        "line 5, column 4" + NO_TAG,
                        "line 6, column 4" + NO_ANCHOR,
                        "line 7, column 4" + NO_TAG,
                        "line 8, column 1" + NO_ANCHOR,
                        "line 9, column 1" + NO_TAG,
                        "line 10, column 1" + NO_ALIAS,
                        "line 11, column 4" + NO_ANCHOR);
    }

    @Test
    void theSameKeyInTwoMapsIsNoMistake() {
        assertThat(ConfigText.read("a: {x: 1}\nb: [{x: 1}, {x: a, a: x}]\nx: 'a: !b &c *d'\n"))
                .isInstanceOf(ConfigResult.ValidConfig.class);
    }

    @Test
    void aTextThatIsTooDeepIsAProblem() {
        assertThat(problems("a: 1\nb: " + "[".repeat(2000)))
                .containsExactly("line 2, column 103 is nested deeper than 100 levels");
    }

    @Test
    void anEmptyTextIsAnEmptyMap() {
        assertThat(ConfigText.read("# nothing\n"))
                .isEqualTo(new ConfigResult.ValidConfig<JsonNode>(JsonNodeFactory.instance.objectNode()));
    }

    private static List<String> problems(String text) {
        String written = text.replace('¶', '\n').replace('→', '\t').replace('►', '\u0001');
        return ConfigText.read(written) instanceof ConfigResult.InvalidConfig<JsonNode>(var problems)
                ? problems.stream().map(ConfigResult.Problem::toString).toList()
                : List.of();
    }
}

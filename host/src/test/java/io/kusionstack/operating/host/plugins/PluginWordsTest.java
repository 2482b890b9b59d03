package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PluginWordsTest {
    private final PluginWords words = new PluginWords(text -> text.replace("s3cret", "***"));

    @Test
    void aSentenceIsOneLineWithoutSecrets() {
        assertThat(words.sentence("  refused:\n\tkey s3cret\u0000 is wrong ")).isEqualTo("refused: key *** is wrong");
    }

    @Test
    void nothingIsLongerThanItMayBe() {
        String endless = "x".repeat(10_000_000);

        assertThat(words.sentence(endless)).hasSize(PluginWords.SENTENCE + 3).endsWith("...");
        assertThat(words.word(endless)).hasSize(PluginWords.WORD + 3);
        assertThat(words.thrown(new IllegalStateException(endless))).hasSizeLessThan(400);
    }
}

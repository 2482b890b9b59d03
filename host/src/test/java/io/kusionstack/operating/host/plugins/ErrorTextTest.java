package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorTextTest {
    private final ErrorText words = new ErrorText(text -> text.replace("s3cret", "***"));

    @Test
    void aSentenceIsOneLineWithoutSecrets() {
        assertThat(words.sentence("  refused:\n\tkey s3cret\u0000 is wrong ")).isEqualTo("refused: key *** is wrong");
    }

    @Test
    void nothingIsLongerThanItMayBe() {
        String endless = "x".repeat(10_000_000);

        assertThat(words.sentence(endless)).hasSize(ErrorText.SENTENCE + 3).endsWith("...");
        assertThat(words.word(endless)).hasSize(ErrorText.WORD + 3);
        assertThat(words.thrown(new IllegalStateException(endless))).hasSizeLessThan(400);
    }
}

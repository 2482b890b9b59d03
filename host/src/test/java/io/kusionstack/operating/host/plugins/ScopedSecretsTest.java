package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScopedSecretsTest {
    @Test
    void hidesEachLineOfASecretAndTheLongerOfTwoFirst() {
        ScopedSecrets secrets = new ScopedSecrets(
                List.of("env:PEM", "env:KEY", "env:LONG"),
                name -> Optional.of(
                        switch (name) {
                            case "PEM" -> "first-line\nsecond-line";
                            case "KEY" -> "abcd";
                            default -> "abcdefgh";
                        }));
        List.of("env:PEM", "env:KEY", "env:LONG").forEach(secrets::value);

        assertThat(secrets.mask("second-line and abcdefgh and abcd")).isEqualTo("*** and *** and ***");
    }

    private static final Map<String, String> VARIABLES = Map.of("SLB_KEY", "k-1234", "OTHER", "o-5678");

    @TempDir
    private Path folder;

    @Test
    void readsAVariableThatIsAllowedAndNoOther() {
        ScopedSecrets secrets = secrets("env:SLB_KEY", "env:NOT_SET");

        assertThat(secrets.value("env:SLB_KEY")).isEqualTo("k-1234");
        assertRefused(
                secrets,
                "env:OTHER",
                "env:OTHER is not allowed: list it under plugins.secrets in the host's configuration");
        assertRefused(secrets, "env:NOT_SET", "env:NOT_SET is not set");
        assertRefused(secrets, "SLB_KEY", "a secret is named env:NAME or file:/path; this is neither");
    }

    @Test
    void readsAFileAnewEachTimeWithoutItsLastLineEnd() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "first\n");
        ScopedSecrets secrets = secrets("file:" + file);
        assertThat(secrets.value("file:" + file)).isEqualTo("first");

        Files.writeString(file, "second\n");

        assertThat(secrets.value("file:" + file)).isEqualTo("second");
    }

    @Test
    void readsFilesBelowAFolderAlsoThroughLinksThatStayInside() throws IOException {
        Path data = Files.createDirectory(folder.resolve("..data"));
        Files.writeString(data.resolve("key"), "k-1234");
        Files.createSymbolicLink(folder.resolve("key"), Path.of("..data", "key"));

        assertThat(secrets("file:" + folder + "/").value("file:" + folder + "/key"))
                .isEqualTo("k-1234");
    }

    @Test
    void doesNotFollowALinkOrADotOutOfTheFolder() throws IOException {
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Path outside = Files.writeString(folder.resolve("outside"), "not for you");
        Files.createSymbolicLink(inside.resolve("link"), outside);
        ScopedSecrets secrets = secrets("file:" + inside + "/");

        assertThatThrownBy(() -> secrets.value("file:" + inside + "/link"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not allowed")
                .hasMessageNotContaining("not for you");
        assertThatThrownBy(() -> secrets.value("file:" + inside + "/../outside"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not allowed");
    }

    @Test
    void takesOutOfATextWhatItGave() {
        ScopedSecrets secrets = secrets("env:SLB_KEY", "env:OTHER");
        secrets.value("env:SLB_KEY");

        assertThat(secrets.mask("GET /?key=k-1234&other=o-5678")).isEqualTo("GET /?key=***&other=o-5678");
    }

    private static ScopedSecrets secrets(String... allowed) {
        return new ScopedSecrets(List.of(allowed), name -> Optional.ofNullable(VARIABLES.get(name)));
    }

    private static void assertRefused(ScopedSecrets secrets, String reference, String message) {
        assertThatThrownBy(() -> secrets.value(reference))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}

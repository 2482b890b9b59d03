package io.kusionstack.operating.host.plugins;

import static io.kusionstack.operating.host.plugins.PluginJars.PASS;
import static io.kusionstack.operating.host.plugins.PluginJars.sample;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code operating plugin-digests} prints. */
class AllowedJarsTest {
    @TempDir
    private Path folder;

    @TempDir
    private Path work;

    @Test
    void namesEveryPluginAndSaysWhatIsLeftOut() throws IOException {
        Path jar = new PluginJars(folder, work).build("sample-1.jar", sample("sample", PASS));
        Files.writeString(folder.resolve("text.jar"), "this is not a jar");

        assertThat(PluginHost.allowed(folder)).isEqualTo("""
                plugins:
                  allowed:
                    sample: %s  # sample-1.jar
                    # text.jar is left out: it is not a jar, or not all of one: zip END header not found; its SHA-256 is %s
                """.formatted(
                        JarCheck.digest(Files.readAllBytes(jar)),
                        JarCheck.digest(Files.readAllBytes(folder.resolve("text.jar")))));
    }
}

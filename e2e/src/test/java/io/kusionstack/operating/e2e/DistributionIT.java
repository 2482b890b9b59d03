package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The folder that is shipped: the host and its plugins. */
class DistributionIT {
    private static final Path ROOT = Path.of("..", "distribution", "target", "operating")
            .toAbsolutePath()
            .normalize();

    @Test
    void bringsWhatTheHostNeeds() {
        assertThat(ROOT.resolve("bin/operating")).isExecutable();
        assertThat(ROOT.resolve("lib")).isNotEmptyDirectory();
        assertThat(ROOT.resolve("deploy/crds")).isNotEmptyDirectory();
        assertThat(ROOT.resolve("LICENSE")).exists();
    }

    @Test
    void theConfigurationItBringsIsValid() throws Exception {
        String file = ROOT.resolve("conf/operating.yaml").toString();

        Process check = new ProcessBuilder(ROOT.resolve("bin/operating").toString(), "check-config", "--config", file)
                .redirectErrorStream(true)
                .start();

        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(output).isZero();
        assertThat(output).isEqualTo(file + " is valid\n");
    }
}

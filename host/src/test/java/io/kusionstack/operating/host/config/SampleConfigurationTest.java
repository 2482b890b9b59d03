package io.kusionstack.operating.host.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The file that the distribution brings. */
class SampleConfigurationTest {
    private static final Path FILE = Path.of("src", "main", "distribution", "conf", "operating.yaml");

    @Test
    void saysWhatHoldsWithoutIt() {
        assertThat(new ConfigLoader(Map.of()).load(FILE))
                .isEqualTo(new ConfigResult.ValidConfig<>(ConfigLoaderTest.DEFAULTS));
    }

    @Test
    void showsEveryKey() throws IOException {
        shows(HostConfig.class, new YAMLMapper().readTree(FILE.toFile()));
    }

    private static void shows(Class<?> type, JsonNode tree) {
        for (RecordComponent component : type.getRecordComponents()) {
            assertThat(tree.has(component.getName())).as(component.getName()).isTrue();
            if (component.getType().isRecord()) {
                shows(component.getType(), tree.get(component.getName()));
            }
        }
    }
}

package io.kusionstack.operating.host.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\|$");

    @Test
    void namesEveryKeyWithItsDefaultAndNoOther() throws IOException, ReflectiveOperationException {
        Map<String, String> documented = new LinkedHashMap<>();
        Matcher rows = ROW.matcher(Files.readString(PAGE));
        while (rows.find()) {
            documented.put(rows.group(1), rows.group(3).replace("`", "").trim());
        }

        assertThat(documented).isEqualTo(leaves("", ConfigLoaderTest.DEFAULTS));
    }

    @Test
    void namesTheBoundsOfEveryNumberAndTime() throws IOException {
        Map<String, String> documented = new LinkedHashMap<>();
        Matcher rows = ROW.matcher(Files.readString(PAGE));
        while (rows.find()) {
            String type = rows.group(2).trim();
            if (type.startsWith("number") || type.startsWith("time")) {
                documented.put(rows.group(1), type);
            }
        }

        assertThat(documented).isEqualTo(bounds("", HostConfig.class));
    }

    private static Map<String, String> bounds(String path, Class<?> type) {
        Map<String, String> bounds = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = path + component.getName();
            if (component.getType().isRecord()) {
                bounds.putAll(bounds(key + ".", component.getType()));
            } else if (component.getType() == int.class || component.getType() == Duration.class) {
                ConfigRule rule = ConfigRule.of(component);
                String word = component.getType() == int.class ? "number" : "time";
                bounds.put(key, word + ", " + rule.min() + " to " + rule.max());
            }
        }
        return bounds;
    }

    @Test
    void everyKeyIsTestedWithAValueThatIsNotItsDefault() throws ReflectiveOperationException {
        Map<String, String> defaults = leaves("", ConfigLoaderTest.DEFAULTS);

        leaves("", ConfigLoaderTest.CHANGED)
                .forEach((key, value) ->
                        assertThat(value).as("the tested value of %s", key).isNotEqualTo(defaults.get(key)));
    }

    @Test
    void itsExampleIsValid() throws IOException {
        Matcher block = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(PAGE));

        assertThat(block.find()).isTrue();
        assertThat(new ConfigLoader(Map.of()).parse(block.group(1))).isInstanceOf(ConfigResult.ValidConfig.class);
    }

    private static Map<String, String> leaves(String path, Object record) throws ReflectiveOperationException {
        Map<String, String> leaves = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(record);
            String key = path + component.getName();
            if (value.getClass().isRecord()) {
                leaves.putAll(leaves(key + ".", value));
            } else {
                leaves.put(key, spoken(value));
            }
        }
        return leaves;
    }

    private static String spoken(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.map(Object::toString).orElse("none");
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof Duration time ? time.toSeconds() + "s" : value.toString();
    }
}

package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kusionstack.operating.host.config.HostConfig.Log;
import io.kusionstack.operating.host.config.HostConfig.LogFormat;
import io.kusionstack.operating.host.config.HostConfig.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogSetupTest {
    private final PrintStream before = System.out;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        System.setOut(before);
        LogSetup.apply(new Log(LogFormat.TEXT, LogLevel.INFO));
    }

    @Test
    void aTextLineEndsWithItsKeysAndValues() {
        log(new Log(LogFormat.TEXT, LogLevel.INFO));

        assertThat(output().lines())
                .singleElement()
                .asString()
                .endsWith(" INFO  LogSetupTest Began name=\"web\" replicas=\"3\"");
    }

    @Test
    void aJsonLineIsOneObjectWithItsKeysAndValues() throws IOException {
        log(new Log(LogFormat.JSON, LogLevel.INFO));

        assertThat(output().lines()).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(output());
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("formattedMessage").asText()).isEqualTo("Began");
        assertThat(line.get("kvpList").toString()).isEqualTo("[{\"name\":\"web\"},{\"replicas\":\"3\"}]");
    }

    @Test
    void theLevelDecidesWhatIsWritten() {
        log(new Log(LogFormat.TEXT, LogLevel.DEBUG));

        assertThat(output().lines()).hasSize(2);
    }

    private void log(Log log) {
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        LogSetup.apply(log);
        LoggerFactory.getLogger(LogSetupTest.class).atDebug().log("Looked");
        LoggerFactory.getLogger(LogSetupTest.class)
                .atInfo()
                .addKeyValue("name", "web")
                .addKeyValue("replicas", 3)
                .log("Began");
        LoggerFactory.getLogger("org.other").info("not ours");
    }

    private String output() {
        return written.toString(StandardCharsets.UTF_8);
    }
}

package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildBindingsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    <phase>process-classes</phase><goals><goal>check | <phase>none</phase><goals><goal>check | no Spotless check
                    <goal>check</goal>                  | <goal>apply</goal>               | no Spotless check
                    <importOrder/>                      |                                  | no importOrder
                    <removeUnusedImports/>              |                                  | no removeUnusedImports
                    <dependencyConvergence/>            |                                  | no dependency convergence
                    <goal>enforce</goal>                | <goal>display-info</goal>        | no dependency convergence
                    <arg>-Werror</arg>                  |                                  | no -Werror
                    -Xlint:                             | -Ylint:                          | no lints by name
                    -Xplugin:ErrorProne                 | -Xplugin:Nothing                 | no Error Prone
                    -Xep:NullAway:ERROR                 | -Xep:NullAway:WARN               | no NullAway as an error
                    <artifactId>nullaway</artifactId>   | <artifactId>nothing</artifactId> | no NullAway
                    """)
    void missesEachCheckThatIsTakenOutOfTheParent(String there, String instead, String broken) throws IOException {
        String parent = Files.readString(Path.of("..", "pom.xml"));
        String changed = parent.replace(there, instead == null ? "" : instead);

        assertThat(changed).isNotEqualTo(parent);
        assertThat(BuildBindings.ofParent(Pom.of("pom.xml", changed)))
                .extracting(Finding::broken)
                .contains(broken);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    spotless-maven-plugin | <configuration><skip>true</skip></configuration>           | a skipped check
                    maven-enforcer-plugin | <executions><execution><phase>none</phase></execution></executions> | a check taken out of its phase
                    maven-enforcer-plugin | <configuration><fail>false</fail></configuration>          | a check that does not fail
                    maven-compiler-plugin | <configuration><compilerArgs combine.self="override"/></configuration> | other compiler checks
                    """)
    void refusesModulesThatOptOut(String plugin, String content, String broken) {
        String pom =
                "<project><build><plugins><plugin><artifactId>%s</artifactId>%s</plugin></plugins></build></project>";

        assertThat(BuildBindings.ofModule(Pom.of("host/pom.xml", pom.formatted(plugin, content))))
                .extracting(Finding::broken)
                .contains(broken);
    }

    @ParameterizedTest
    @CsvSource({"enforcer.skip", "spotless.check.skip", "maven.test.skip", "skipTests", "skipITs"})
    void refusesPropertiesThatSkip(String property) {
        String pom = "<project><properties><%s>true</%s></properties></project>".formatted(property, property);

        assertThat(BuildBindings.ofModule(Pom.of("host/pom.xml", pom))).hasSize(1);
    }

    @Test
    void acceptsAModuleThatOnlyAdds() {
        String pom = """
                <project><build><plugins>
                  <plugin><artifactId>maven-surefire-plugin</artifactId><configuration><argLine>-Xmx1g</argLine></configuration></plugin>
                </plugins></build></project>
                """;

        assertThat(BuildBindings.ofModule(Pom.of("host/pom.xml", pom))).isEqualTo(List.of());
    }
}

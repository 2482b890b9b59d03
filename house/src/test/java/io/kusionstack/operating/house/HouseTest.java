package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The house as it stands: every rule, over every module. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HouseTest {

    private final Project project = Project.here();
    private JavaClasses classes;
    private List<JavaSource> sources;

    @BeforeAll
    void read() {
        classes = project.mainClasses();
        sources = project.sources();
    }

    @Test
    void allModulesAreBuiltBeforeTheyAreChecked() {
        assertThat(project.modulesNotBuilt())
                .as("modules without target/classes: build them together with house (mvn -pl house -am)")
                .isEmpty();
        assertThat(classes).isNotEmpty();
        assertThat(sources).isNotEmpty();
    }

    @Test
    void roomsUseOnlyWhatTheirArrowsAllow() {
        holds(Arrows.findings(classes));
    }

    @Test
    void packagesFormNoCycles() {
        holds(Cycles.findings(classes));
    }

    @Test
    void thinkersArePure() {
        holds(PureClasses.findings(classes));
    }

    @Test
    void roomsHaveNarrowDoors() {
        holds(Doors.findings(classes));
    }

    @Test
    void classesAreNamedForWhatTheyAre() {
        holds(ClassNames.findings(classes));
    }

    @Test
    void noSimpleNameStandsTwiceInTheHost() {
        holds(SimpleNames.findings(classes));
    }

    @Test
    void theArchitecturePageShowsTheRoomsAndTheirArrows() throws IOException {
        holds(Pages.rooms(Files.readString(project.root().resolve("docs/architecture.md")), classes));
    }

    @Test
    void publicTypesBeginWithAWordOfTheVocabulary() throws IOException {
        holds(Pages.words(Files.readString(project.root().resolve("docs/vocabulary.md")), classes));
    }

    @Test
    void ourClassesAreNotExtended() {
        holds(Ancestry.findings(classes));
    }

    @Test
    void nothingGlobalChanges() {
        holds(GlobalState.findings(classes));
        holds(inEverySource(GlobalCollections::findings));
    }

    @Test
    void theEnvironmentIsReadInOnePlace() {
        holds(EnvironmentReads.findings(classes));
    }

    @Test
    void everythingIsCaughtOnlyWhereTheLoopEnds() {
        holds(inEverySource(Catches::findings));
    }

    @Test
    void lifecycleLabelsAreReadInOneRoom() {
        holds(inEverySource(LifecycleLabels::findings));
    }

    @Test
    void filesAndMethodsAreShort() {
        holds(inEverySource(Sizes::findings));
    }

    @Test
    void everyPackageHasItsPage() {
        holds(PackagePages.findings(sources));
    }

    @Test
    void publicTypesHaveJavadocAndPackagesOfThePluginApiAnExample() {
        holds(inEverySource(Javadocs::findings));
    }

    @Test
    void nothingSleeps() {
        holds(inEverySource(Sleeps::findings));
    }

    @Test
    void noTestIsSkippedForItsName() {
        holds(inEverySource(TestNames::findings));
    }

    @Test
    void filesAreTidy() throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Path file : project.files()) {
            String path = project.root().relativize(file).toString().replace('\\', '/');
            findings.addAll(Tidiness.findings(path, Files.readString(file)));
        }
        holds(findings);
    }

    @Test
    void checksAreBoundToEveryBuild() {
        List<Finding> findings = new ArrayList<>();
        for (Pom pom : project.poms()) {
            boolean isParent = Path.of(pom.path()).getParent().equals(project.root());
            findings.addAll(isParent ? BuildBindings.ofParent(pom) : BuildBindings.ofModule(pom));
        }
        holds(findings);
    }

    private List<Finding> inEverySource(Function<JavaSource, List<Finding>> rule) {
        return sources.stream().flatMap(source -> rule.apply(source).stream()).toList();
    }

    private static void holds(List<Finding> findings) {
        assertThat(Finding.report(findings)).isEmpty();
    }
}

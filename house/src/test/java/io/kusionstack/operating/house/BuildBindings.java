package io.kusionstack.operating.house;

import java.util.ArrayList;
import java.util.List;

/** Format, compiler checks and converging dependencies are part of every build, and no module opts out. */
final class BuildBindings {

    private static final String PLUGINS = "/project/build/plugins/plugin";
    private static final String CHECKS = "artifactId='spotless-maven-plugin' or artifactId='maven-enforcer-plugin'"
            + " or artifactId='maven-compiler-plugin' or artifactId='maven-surefire-plugin'"
            + " or artifactId='maven-failsafe-plugin'";

    private BuildBindings() {}

    static List<Finding> ofParent(Pom pom) {
        List<Finding> findings = new ArrayList<>(ofAny(pom));
        String spotless = plugin("spotless-maven-plugin");
        require(
                findings,
                pom,
                spotless + "//execution[phase='process-classes']/goals/goal[.='check']",
                "Spotless check");
        for (String part : List.of("palantirJavaFormat", "removeUnusedImports", "importOrder")) {
            require(findings, pom, plugin("spotless-maven-plugin") + "/configuration/java/" + part, part);
        }
        String enforcer = plugin("maven-enforcer-plugin") + "//execution[goals/goal='enforce'][not(phase)]";
        require(findings, pom, enforcer + "//dependencyConvergence", "dependency convergence");
        String compiler = plugin("maven-compiler-plugin") + "/configuration/";
        require(findings, pom, compiler + "compilerArgs/arg[.='-Werror']", "-Werror");
        require(findings, pom, compiler + "compilerArgs/arg[starts-with(.,'-Xlint:')]", "lints by name");
        require(findings, pom, compiler + "compilerArgs/arg[contains(.,'-Xplugin:ErrorProne')]", "Error Prone");
        require(
                findings,
                pom,
                compiler + "compilerArgs/arg[contains(.,'-Xep:NullAway:ERROR')]",
                "NullAway as an error");
        require(
                findings,
                pom,
                compiler + "annotationProcessorPaths/path[artifactId='error_prone_core']",
                "Error Prone");
        require(findings, pom, compiler + "annotationProcessorPaths/path[artifactId='nullaway']", "NullAway");
        return findings;
    }

    static List<Finding> ofModule(Pom pom) {
        List<Finding> findings = new ArrayList<>(ofAny(pom));
        refuse(
                findings,
                pom,
                "//plugin[artifactId='maven-compiler-plugin']//compilerArgs[@*]",
                "other compiler checks");
        refuse(
                findings,
                pom,
                "//plugin[" + CHECKS + "]//*[@combine.self='override']",
                "a configuration in place of the parent's");
        return findings;
    }

    private static List<Finding> ofAny(Pom pom) {
        List<Finding> findings = new ArrayList<>();
        refuse(findings, pom, "//plugin[" + CHECKS + "]//skip[.='true']", "a skipped check");
        refuse(findings, pom, "//plugin[" + CHECKS + "]//phase[.='none']", "a check taken out of its phase");
        refuse(findings, pom, "//properties/*[contains(name(),'enforcer.skip')]", "enforcer.skip");
        refuse(
                findings,
                pom,
                "//properties/*[contains(name(),'spotless') and contains(name(),'skip')]",
                "spotless skip");
        refuse(
                findings,
                pom,
                "//properties/*[name()='maven.test.skip' or name()='skipTests' or name()='skipITs'][.='true']",
                "skipped tests");
        refuse(findings, pom, "//plugin[" + CHECKS + "]//fail[.='false']", "a check that does not fail");
        return findings;
    }

    private static String plugin(String artifact) {
        return PLUGINS + "[artifactId='" + artifact + "']";
    }

    private static void require(List<Finding> findings, Pom pom, String xpath, String what) {
        if (!pom.has(xpath)) {
            findings.add(new Finding(pom.path(), "no " + what, "The parent binds it; the pom needs " + xpath));
        }
    }

    private static void refuse(List<Finding> findings, Pom pom, String xpath, String what) {
        if (pom.has(xpath)) {
            findings.add(new Finding(pom.path(), what, "Every module passes the same checks; remove " + xpath));
        }
    }
}

*** Settings ***
Documentation    pip install robotframework robotframework-seleniumlibrary robotframework-requests
Library          SeleniumLibrary
Library          RequestsLibrary

*** Test Cases ***
Register A Passkey
    VAR    &{headers}    authorization=Bearer %{TOUCHSTONE_TOKEN}
    ${shim}    GET    %{SERVER}/shim.js    headers=${headers}
    Open Browser    about:blank    chrome    options=binary_location="%{BROWSER}"; add_argument("--headless=new"); add_argument("--no-sandbox")
    ...    service=executable_path="%{CHROMEDRIVER}"
    ${driver}    Evaluate    sys.modules['robot.libraries.BuiltIn'].BuiltIn().get_library_instance('SeleniumLibrary').driver
    VAR    &{script}    source=${shim.text}
    Call Method    ${driver}    execute_cdp_cmd    Page.addScriptToEvaluateOnNewDocument    ${script}
    Go To    %{SITE}
    Click Button    id:add
    Wait Until Element Contains    css:output    done    10 seconds
    ${status}    GET    %{SERVER}/status    headers=${headers}
    Length Should Be    ${status.json()}[registrations]    1
    Should Be True    ${status.json()}[registrations][0][userVerified]
    [Teardown]    Close All Browsers
